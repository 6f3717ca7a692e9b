// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "commands/Forwards.h"

#include <ghost/agent/v1/agent.grpc.pb.h>

#include "Session.h"
#include "agent/OperationWait.h"
#include "agent/Rpc.h"
#include "output/ForwardTable.h"
#include "output/OperationReport.h"
#include "output/ProtoJson.h"

namespace ghost::ctl {
namespace {

namespace v1 = agent::v1;

} // namespace

Result<v1::GetVMForwardsResponse> forwardsOf(Session &session, const QString &vm)
{
    v1::GetVMForwardsRequest request;
    request.set_vm(vm.toStdString());
    return ask(session, &v1::AgentService::Stub::GetVMForwards, request);
}

void printForwards(Session &session, const v1::GetVMForwardsResponse &list)
{
    if (session.output().isForPeople())
        session.output().text(forwardTableText(list));
    else
        session.output().value(toJsonArray(list.forwards()));
}

Result<void> setForwards(Session &session, const v1::SetVMForwardsRequest &request, bool async)
{
    const Result<v1::Operation> operation = perform(session, &v1::AgentService::Stub::SetVMForwards, request, async);
    if (!operation)
        return operation.error();
    if (!hasEnded(*operation)) {
        report(session, *operation, {});
        return {};
    }
    printNotes(*operation);
    const Result<v1::GetVMForwardsResponse> now = forwardsOf(session, QString::fromStdString(request.vm()));
    if (!now)
        return now.error();
    printForwards(session, *now);
    return {};
}

v1::PortForward toProto(const PortForward &forward)
{
    v1::PortForward message;
    message.set_protocol(forward.protocol() == PortForward::Protocol::Udp ? v1::PORT_PROTOCOL_UDP
                                                                          : v1::PORT_PROTOCOL_TCP);
    message.set_guest_port(forward.guestPort());
    message.set_host_address(forward.hostAddress().toStdString());
    message.set_host_port(forward.hostPort());
    return message;
}

} // namespace ghost::ctl
