// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderDeleteCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/cloud.pb.h>

#include "input/CliOptions.h"

namespace ghost::ctl {

void OrderDeleteCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addSwitch(app, "--force", m_force, "Cut its power if it runs");
    m_order.declare(app);
}

Result<void> OrderDeleteCommand::run(Session &session)
{
    cloud::v1::Command command;
    command.mutable_delete_()->set_vm(m_vm.toStdString());
    command.mutable_delete_()->set_force(m_force);
    return m_order.give(session, command);
}

} // namespace ghost::ctl
