// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmForwardListCommand.h"

#include <CLI/CLI.hpp>

#include "commands/Forwards.h"
#include "input/CliOptions.h"

namespace ghost::ctl {

void VmForwardListCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
}

Result<void> VmForwardListCommand::run(Session &session)
{
    const auto list = forwardsOf(session, m_vm);
    if (!list)
        return list.error();
    printForwards(session, *list);
    return {};
}

} // namespace ghost::ctl
