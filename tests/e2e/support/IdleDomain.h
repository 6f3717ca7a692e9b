// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>

namespace ghost::e2e {

/// A domain that runs for as long as one likes and needs nothing: it has no disk to start from. @p more goes into it.
QByteArray idleDomainXml(const QByteArray &name, const QByteArray &more = {});

/// For virsh's commands that take a file: `define`, `net-define`.
bool virshTakes(const QString &command, const QByteArray &xml);

} // namespace ghost::e2e
