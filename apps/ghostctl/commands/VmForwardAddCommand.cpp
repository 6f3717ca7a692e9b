// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmForwardAddCommand.h"

#include <CLI/CLI.hpp>

#include "commands/Forwards.h"
#include "input/CliOptions.h"

namespace ghost::ctl {

void VmForwardAddCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addForwards(app, "FORWARD", m_forwards, "[tcp:|udp:][ADDRESS:][HOST]:GUEST, as 8080:80; without HOST a free port")
        ->required();
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
    app.footer(
        "Ports of this machine that lead to ports of the VM's guest. Without ADDRESS only this machine itself can\n"
        "reach them, at 127.0.0.1; 0.0.0.0 lets everybody who can reach this machine.");
}

Result<void> VmForwardAddCommand::run(Session &session)
{
    const auto present = forwardsOf(session, m_vm);
    if (!present)
        return present.error();
    agent::v1::SetVMForwardsRequest request;
    request.set_vm(m_vm.toStdString());
    *request.mutable_forwards() = present->forwards();
    for (const PortForward &forward : m_forwards)
        *request.add_forwards() = toProto(forward);
    return setForwards(session, request, m_async);
}

} // namespace ghost::ctl
