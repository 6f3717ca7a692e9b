// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "Tag.h"

namespace ghost {

/// A domain to be started with its filtered cards unplugged.
struct StartXml
{
    /// The definition with @p tag as its tag. Cards with a packet filter have their link down, and no filter yet.
    QString domain;
    /// Those cards as they are defined, an <interface> each, to be updated while the guest boots.
    QStringList cards;
};

/// @p definition is a domain as libvirt prints it. Nothing when it does not parse.
std::optional<StartXml> startXml(const QString &definition, Tag tag);

/// The cards alone.
QStringList filteredCards(const QString &definition);

} // namespace ghost
