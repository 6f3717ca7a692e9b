// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandTable.h"

#include <array>

#include "commands/AgentStatusCommand.h"
#include "commands/AgentsCommand.h"
#include "commands/CloudLeaveCommand.h"
#include "commands/CloudPauseCommand.h"
#include "commands/CloudResumeCommand.h"
#include "commands/CloudStatusCommand.h"
#include "commands/CompletionCommand.h"
#include "commands/DestroyAllCommand.h"
#include "commands/EventsCommand.h"
#include "commands/HistoryCommand.h"
#include "commands/ImageImportCommand.h"
#include "commands/ImageListCommand.h"
#include "commands/ImageRemoveCommand.h"
#include "commands/OperationCancelCommand.h"
#include "commands/OperationListCommand.h"
#include "commands/OperationShowCommand.h"
#include "commands/OrderCreateCommand.h"
#include "commands/OrderDeleteCommand.h"
#include "commands/OrderListCommand.h"
#include "commands/OrderRestartCommand.h"
#include "commands/OrderShowCommand.h"
#include "commands/OrderStartCommand.h"
#include "commands/OrderStopCommand.h"
#include "commands/PluginInfoCommand.h"
#include "commands/PluginListCommand.h"
#include "commands/PluginNewCommand.h"
#include "commands/VersionCommand.h"
#include "commands/VmConsoleCommand.h"
#include "commands/VmCreateCommand.h"
#include "commands/VmDeleteCommand.h"
#include "commands/VmForwardAddCommand.h"
#include "commands/VmForwardListCommand.h"
#include "commands/VmForwardRemoveCommand.h"
#include "commands/VmListCommand.h"
#include "commands/VmPauseCommand.h"
#include "commands/VmRestartCommand.h"
#include "commands/VmResumeCommand.h"
#include "commands/VmStartCommand.h"
#include "commands/VmStatusCommand.h"
#include "commands/VmStopCommand.h"
#include "commands/VmsCommand.h"

namespace ghost::ctl {
namespace {

template <class T>
std::unique_ptr<Command> make()
{
    return std::make_unique<T>();
}

constexpr std::array nouns = {
    NounEntry{"vm", "Virtual machines"},
    NounEntry{"vm forward", "Ports of this machine that lead to a VM"},
    NounEntry{"image", "What VMs are made from"},
    NounEntry{"operation", "What the agent does and did"},
    NounEntry{"plugin", "What the agent is made of"},
    NounEntry{"cloud", "The agent's tie to Ghost Cloud"},
    NounEntry{"command", "Ghost Cloud: what agents are told to do (--cloud)"},
};

constexpr std::array commands = {
    CommandEntry{"vm", "create", "Make a VM and start it", &make<VmCreateCommand>},
    CommandEntry{"vm", "list", "Show all VMs", &make<VmListCommand>},
    CommandEntry{"vm", "status", "Show one VM", &make<VmStatusCommand>},
    CommandEntry{"vm", "start", "Start a VM", &make<VmStartCommand>},
    CommandEntry{"vm", "stop", "Stop a VM: ask its guest first", &make<VmStopCommand>},
    CommandEntry{"vm", "restart", "Stop a VM and start it again", &make<VmRestartCommand>},
    CommandEntry{"vm", "pause", "Hold a running VM still, with its memory", &make<VmPauseCommand>},
    CommandEntry{"vm", "resume", "Let a paused VM go on", &make<VmResumeCommand>},
    CommandEntry{"vm forward", "list", "Show a VM's forwards", &make<VmForwardListCommand>},
    CommandEntry{"vm forward", "add", "Let ports of this machine lead to a VM", &make<VmForwardAddCommand>},
    CommandEntry{"vm forward", "remove", "Take forwards of a VM away", &make<VmForwardRemoveCommand>},
    CommandEntry{"vm", "delete", "Remove a VM and its disk", &make<VmDeleteCommand>},
    CommandEntry{"vm", "console", "Talk to a VM on its serial console", &make<VmConsoleCommand>},
    CommandEntry{"image", "list", "Show the images", &make<ImageListCommand>},
    CommandEntry{"image", "import", "Bring in an image from a file", &make<ImageImportCommand>},
    CommandEntry{"image", "remove", "Remove an image", &make<ImageRemoveCommand>},
    CommandEntry{"operation", "list", "Show what the agent does", &make<OperationListCommand>},
    CommandEntry{"operation", "show", "Show one operation", &make<OperationShowCommand>},
    CommandEntry{"operation", "cancel", "Cancel an operation: what a create or import had made is taken back",
                 &make<OperationCancelCommand>},
    CommandEntry{"plugin", "list", "Show the plugins", &make<PluginListCommand>},
    CommandEntry{"plugin", "info", "Show one plugin and its VM options", &make<PluginInfoCommand>},
    CommandEntry{"plugin", "new", "Begin a plugin of one's own: writes a project that builds", &make<PluginNewCommand>,
                 AgentNeed::Optional},
    CommandEntry{"cloud", "status", "Show how it stands with the cloud", &make<CloudStatusCommand>},
    CommandEntry{"cloud", "pause", "Begin no command of the cloud until resume", &make<CloudPauseCommand>},
    CommandEntry{"cloud", "resume", "Take commands of the cloud again", &make<CloudResumeCommand>},
    CommandEntry{"cloud", "leave", "End this agent's identity in the cloud; VMs stay", &make<CloudLeaveCommand>},
    CommandEntry{"", "agents", "Ghost Cloud: show its agents (--cloud)", &make<AgentsCommand>, AgentNeed::Cloud},
    CommandEntry{"", "vms", "Ghost Cloud: show the VMs of its agents (--cloud)", &make<VmsCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "create", "Have an agent make a VM", &make<OrderCreateCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "start", "Have an agent start a VM", &make<OrderStartCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "stop", "Have an agent stop a VM", &make<OrderStopCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "restart", "Have an agent restart a VM", &make<OrderRestartCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "delete", "Have an agent remove a VM", &make<OrderDeleteCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "list", "Show what agents were told to do", &make<OrderListCommand>, AgentNeed::Cloud},
    CommandEntry{"command", "show", "Show one command and its result", &make<OrderShowCommand>, AgentNeed::Cloud},
    CommandEntry{"", "history", "Ghost Cloud: show what happened (--cloud)", &make<HistoryCommand>, AgentNeed::Cloud},
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
