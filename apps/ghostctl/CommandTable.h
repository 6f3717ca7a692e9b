// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "Command.h"

namespace ghost::ctl {

/// Whom a command talks to: an agent, if there is one, or Ghost Cloud.
enum class AgentNeed { Required, Optional, Cloud };

struct CommandEntry
{
    const char *noun; ///< one of nounTable(); empty: the verb stands alone, `ghostctl status`
    const char *verb;
    const char *summary;
    std::unique_ptr<Command> (*make)();
    AgentNeed agent = AgentNeed::Required;
};

struct NounEntry
{
    const char *noun; ///< `vm`, or `vm forward` below it
    const char *summary;
};

/// Every command there is: parser, help, man pages and completions are made from it.
std::span<const CommandEntry> commandTable();
std::span<const NounEntry> nounTable();

} // namespace ghost::ctl
