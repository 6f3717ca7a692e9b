// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderRestartCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/cloud.pb.h>

#include "input/CliOptions.h"

namespace ghost::ctl {

void OrderRestartCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    m_stop.declare(app);
    addSwitch(app, "--no-wait", m_noWait, "It has not to wait for its address");
    m_order.declare(app);
}

Result<void> OrderRestartCommand::run(Session &session)
{
    cloud::v1::Command command;
    command.mutable_restart()->set_vm(m_vm.toStdString());
    command.mutable_restart()->set_no_wait(m_noWait);
    if (const Result<void> applied = m_stop.apply(*command.mutable_restart()); !applied)
        return applied.error();
    return m_order.give(session, command);
}

} // namespace ghost::ctl
