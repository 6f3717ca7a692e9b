// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "AgentPicture.h"

#include <QtCore/QDateTime>

#include "ghost/cloud/v1/cloud.pb.h"
#include "ghost/proto/CborCodec.h"

namespace ghost::uplink {

namespace v1 = cloud::v1;

namespace {

template <class Request>
void describeHost(const State &state, const LinkStatus::Facts &link, Request &request)
{
    static_cast<void>(fromCbor(state.resources().toCbor(), *request.mutable_resources())); // our own fields fit
    for (const QString &address : link.addresses)
        request.add_addresses(address.toStdString());
}

} // namespace

void describeAgent(const State &state, const UplinkOptions &options, const LinkStatus::Facts &link,
                   v1::RegisterAgentRequest &request)
{
    describeHost(state, link, request);
    request.set_name(options.name.toStdString());
    request.set_version(state.agentVersion().toStdString());
    for (const QString &command : options.allowed)
        request.add_allowed_commands(command.toStdString());
}

void describeNow(const State &state, quint64 generation, const LinkStatus::Facts &link, v1::HeartbeatRequest &request)
{
    describeHost(state, link, request);
    request.set_state_generation(generation);
    const QList<Vm> vms = state.vms();
    for (const Vm &vm : vms)
        static_cast<void>(fromCbor(vm.toCbor(), *request.add_vms()));
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    request.mutable_sent_at()->set_seconds(now / 1000);
    request.mutable_sent_at()->set_nanos(qint32(now % 1000) * 1'000'000);
}

} // namespace ghost::uplink
