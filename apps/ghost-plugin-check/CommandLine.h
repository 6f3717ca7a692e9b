// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QStringList>

#include "Row.h"

namespace ghost::kit {

/// What the kit was asked to do.
struct CommandLine
{
    /// Nothing when there is nothing more to do; @p exitCode says how it went.
    static std::optional<CommandLine> parse(int argc, char **argv, int &exitCode);

    QString plugin;
    QString config;
    QString absent;
    QString image;
    QString junit;
    QStringList only;
    Profile profile = Profile::Quick;
    bool list = false;

    // A row's own process, started by the kit.
    QString row;
    QString room;
    QString part;
};

} // namespace ghost::kit
