// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandTable.h"

#include <array>

#include "commands/AgentStatusCommand.h"
#include "commands/CompletionCommand.h"
#include "commands/DestroyAllCommand.h"
#include "commands/EventsCommand.h"
#include "commands/ImageImportCommand.h"
#include "commands/ImageListCommand.h"
#include "commands/ImageRemoveCommand.h"
#include "commands/OperationCancelCommand.h"
#include "commands/OperationListCommand.h"
#include "commands/OperationShowCommand.h"
#include "commands/PluginInfoCommand.h"
#include "commands/PluginListCommand.h"
#include "commands/VersionCommand.h"
#include "commands/VmConsoleCommand.h"
#include "commands/VmCreateCommand.h"
#include "commands/VmDeleteCommand.h"
#include "commands/VmListCommand.h"
#include "commands/VmRestartCommand.h"
#include "commands/VmStartCommand.h"
#include "commands/VmStatusCommand.h"
#include "commands/VmStopCommand.h"

namespace ghost::ctl {
namespace {

template <class T>
std::unique_ptr<Command> make()
{
    return std::make_unique<T>();
}

constexpr std::array nouns = {
    NounEntry{"vm", "Virtual machines"},
    NounEntry{"image", "What VMs are made from"},
    NounEntry{"operation", "What the agent does and did"},
    NounEntry{"plugin", "What the agent is made of"},
};

constexpr std::array commands = {
    CommandEntry{"vm", "create", "Make a VM and start it", &make<VmCreateCommand>},
    CommandEntry{"vm", "list", "Show all VMs", &make<VmListCommand>},
    CommandEntry{"vm", "status", "Show one VM", &make<VmStatusCommand>},
    CommandEntry{"vm", "start", "Start a VM", &make<VmStartCommand>},
    CommandEntry{"vm", "stop", "Stop a VM: ask its guest first", &make<VmStopCommand>},
    CommandEntry{"vm", "restart", "Stop a VM and start it again", &make<VmRestartCommand>},
    CommandEntry{"vm", "delete", "Remove a VM and its disk", &make<VmDeleteCommand>},
    CommandEntry{"vm", "console", "Talk to a VM on its serial console", &make<VmConsoleCommand>},
    CommandEntry{"image", "list", "Show the images", &make<ImageListCommand>},
    CommandEntry{"image", "import", "Bring in an image from a file", &make<ImageImportCommand>},
    CommandEntry{"image", "remove", "Remove an image", &make<ImageRemoveCommand>},
    CommandEntry{"operation", "list", "Show what the agent does", &make<OperationListCommand>},
    CommandEntry{"operation", "show", "Show one operation", &make<OperationShowCommand>},
    CommandEntry{"operation", "cancel", "Cancel an operation; what it had made is taken back",
                 &make<OperationCancelCommand>},
    CommandEntry{"plugin", "list", "Show the plugins", &make<PluginListCommand>},
    CommandEntry{"plugin", "info", "Show one plugin and its VM options", &make<PluginInfoCommand>},
    CommandEntry{"", "events", "Follow what changes", &make<EventsCommand>},
    CommandEntry{"", "status", "Show the agent: resources, VMs, warnings", &make<AgentStatusCommand>},
    CommandEntry{"", "destroy-all", "Remove every VM with its disk, and the agent's networks",
                 &make<DestroyAllCommand>},
    CommandEntry{"", "version", "Show the versions of ghostctl and of the agent", &make<VersionCommand>,
                 AgentNeed::Optional},
    CommandEntry{"", "completion", "Print what a shell needs to complete ghostctl's words", &make<CompletionCommand>,
                 AgentNeed::Optional},
};

} // namespace

Command::~Command() = default;

std::span<const CommandEntry> commandTable()
{
    return commands;
}

std::span<const NounEntry> nounTable()
{
    return nouns;
}

} // namespace ghost::ctl
