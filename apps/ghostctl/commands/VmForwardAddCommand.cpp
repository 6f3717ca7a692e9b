// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmForwardAddCommand.h"

#include <CLI/CLI.hpp>

#include "commands/Forwards.h"
#include "input/CliOptions.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

QString withDefault(const std::string &hostAddress)
{
    return hostAddress.empty() ? QStringLiteral("127.0.0.1") : QString::fromStdString(hostAddress);
}

bool isSameHostPort(const v1::PortForward &one, const v1::PortForward &other)
{
    return one.host_port() != 0 && one.host_port() == other.host_port() && one.protocol() == other.protocol() &&
           withDefault(one.host_address()) == withDefault(other.host_address());
}

/// As one types it for `vm forward remove`.
QString typedForward(const v1::PortForward &forward)
{
    return QStringLiteral("%1%2:%3")
        .arg(forward.protocol() == v1::PORT_PROTOCOL_UDP ? QStringLiteral("udp:") : QString())
        .arg(forward.host_port())
        .arg(forward.guest_port());
}

/// The agent would only say that a port is named twice: it gets one list, what was there and what is wanted.
Result<void> checkIsNew(const v1::PortForward &wanted, const v1::GetVMForwardsResponse &present, const QString &vm)
{
    for (const v1::PortForward &one : present.forwards()) {
        if (!isSameHostPort(one, wanted))
            continue;
        if (one.guest_port() == wanted.guest_port())
            return Error(Code::AlreadyExists,
                         QStringLiteral("the VM has the forward %1 already").arg(typedForward(one)));
        return Error(Code::AlreadyExists, QStringLiteral("port %1 of the host leads to port %2 of the VM already")
                                              .arg(one.host_port())
                                              .arg(one.guest_port()))
            .withHint(QStringLiteral("choose another one, or first ghostctl vm forward remove %1 %2")
                          .arg(vm, typedForward(one)));
    }
    return {};
}

} // namespace

void VmForwardAddCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addForwards(app, "FORWARD", m_forwards,
                "[tcp:|udp:][ADDRESS:][HOST]:GUEST, as 8080:80; without HOST, or 0: a free port")
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
    v1::SetVMForwardsRequest request;
    request.set_vm(m_vm.toStdString());
    *request.mutable_forwards() = present->forwards();
    for (const PortForward &forward : m_forwards) {
        v1::PortForward wanted = toProto(forward);
        if (auto ok = checkIsNew(wanted, *present, m_vm); !ok)
            return ok.error();
        *request.add_forwards() = std::move(wanted);
    }
    return setForwards(session, request, m_async);
}

} // namespace ghost::ctl
