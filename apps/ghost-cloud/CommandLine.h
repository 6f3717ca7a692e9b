// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "service/Server.h"

namespace ghost::cloud {

/// What the program was started with.
struct CommandLine
{
    ServerOptions server;

    /// Nothing when the program has to end at once (help, version, a wrong option): then @p exitCode says how.
    static std::optional<CommandLine> parse(int argc, char **argv, int &exitCode);
};

} // namespace ghost::cloud
