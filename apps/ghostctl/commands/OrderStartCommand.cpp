// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderStartCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/cloud.pb.h>

#include "input/CliOptions.h"

namespace ghost::ctl {

void OrderStartCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addSwitch(app, "--no-wait", m_noWait, "It has not to wait for its address");
    m_order.declare(app);
}

Result<void> OrderStartCommand::run(Session &session)
{
    cloud::v1::Command command;
    command.mutable_start()->set_vm(m_vm.toStdString());
    command.mutable_start()->set_no_wait(m_noWait);
    return m_order.give(session, command);
}

} // namespace ghost::ctl
