// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>

#include "Command.h"

namespace ghost::ctl {

/// Whether a command is of any use without an agent.
enum class AgentNeed { Required, Optional };

struct CommandEntry
{
    const char *noun; ///< empty: the verb stands alone, `ghostctl status`
    const char *verb;
    const char *summary;
    std::unique_ptr<Command> (*make)();
    AgentNeed agent = AgentNeed::Required;
};

struct NounEntry
{
    const char *noun;
    const char *summary;
};

/// Every command there is: parser, help, man pages and completions are made from it.
std::span<const CommandEntry> commandTable();
std::span<const NounEntry> nounTable();

} // namespace ghost::ctl
