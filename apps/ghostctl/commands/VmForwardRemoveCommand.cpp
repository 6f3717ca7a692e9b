// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/VmForwardRemoveCommand.h"

#include <algorithm>

#include <CLI/CLI.hpp>

#include "commands/Forwards.h"
#include "input/CliOptions.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

/// What @p wanted does not name may be anything.
bool isMeant(const v1::PortForward &forward, const v1::PortForward &wanted)
{
    return forward.protocol() == wanted.protocol() && forward.guest_port() == wanted.guest_port() &&
           (wanted.host_port() == 0 || forward.host_port() == wanted.host_port()) &&
           (wanted.host_address().empty() || forward.host_address() == wanted.host_address());
}

} // namespace

void VmForwardRemoveCommand::declare(CLI::App &app)
{
    addText(app, "VM", m_vm, "Name or id of the VM")->required();
    addForwards(app, "FORWARD", m_forwards, "As in vm forward add; :80 means all that lead to the guest's port 80")
        ->required();
    addSwitch(app, "--async", m_async, "Do not wait for its end: print the operation");
}

Result<void> VmForwardRemoveCommand::run(Session &session)
{
    const auto present = forwardsOf(session, m_vm);
    if (!present)
        return present.error();
    v1::SetVMForwardsRequest request;
    request.set_vm(m_vm.toStdString());
    *request.mutable_forwards() = present->forwards();
    for (const PortForward &forward : m_forwards) {
        const v1::PortForward wanted = toProto(forward);
        auto &kept = *request.mutable_forwards();
        const auto gone =
            std::remove_if(kept.begin(), kept.end(), [&](const v1::PortForward &one) { return isMeant(one, wanted); });
        if (gone == kept.end())
            return Error(Code::NotFound, QStringLiteral("no such forward to port %1 of the guest; nothing is removed")
                                             .arg(forward.guestPort()))
                .withHint(QStringLiteral("`ghostctl vm forward list %1` shows them").arg(m_vm));
        kept.erase(gone, kept.end());
    }
    return setForwards(session, request, m_async);
}

} // namespace ghost::ctl
