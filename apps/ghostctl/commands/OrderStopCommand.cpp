// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/OrderStopCommand.h"

#include <CLI/CLI.hpp>
#include <ghost/cloud/v1/cloud.pb.h>

#include "input/CliOptions.h"

namespace ghost::ctl {

void OrderStopCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    m_stop.declare(app);
    m_order.declare(app);
}

Result<void> OrderStopCommand::run(Session &session)
{
    cloud::v1::Command command;
    command.mutable_stop()->set_vm(m_vm.toStdString());
    if (const Result<void> applied = m_stop.apply(*command.mutable_stop()); !applied)
        return applied.error();
    return m_order.give(session, command);
}

} // namespace ghost::ctl
