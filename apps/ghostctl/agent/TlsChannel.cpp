// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/TlsChannel.h"

#include <algorithm>

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include "agent/TlsProbe.h"
#include "agent/TlsTexts.h"

namespace ghost::ctl {
namespace {

using Time = std::chrono::system_clock::time_point;

/// So soon an interrupt is seen.
constexpr std::chrono::milliseconds lookInterval(100);

/// Ready, failed, or neither by the deadline.
grpc_connectivity_state settle(grpc::Channel &channel, Time deadline, const Interrupts &interrupts)
{
    auto state = channel.GetState(true);
    while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE && !interrupts.interrupted() &&
           std::chrono::system_clock::now() < deadline) {
        channel.WaitForStateChange(state, std::min(deadline, std::chrono::system_clock::now() + lookInterval));
        state = channel.GetState(true);
    }
    return state;
}

} // namespace

Result<std::shared_ptr<grpc::Channel>> connectWithTls(const AgentPlace &place, grpc::ChannelArguments arguments,
                                                      Time deadline, const Interrupts &interrupts)
{
    const Result<TlsTexts> texts = TlsTexts::read(place);
    if (!texts)
        return texts.error();
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0); // a proxy for the web knows no way to an agent
    const auto credentials = grpc::SslCredentials({texts->authorities, texts->key, texts->chain});
    auto channel = grpc::CreateCustomChannel(place.text().toStdString(), credentials, arguments);
    const auto state = settle(*channel, deadline, interrupts);
    if (state == GRPC_CHANNEL_READY)
        return channel;
    if (interrupts.interrupted())
        return Error(Code::Cancelled, QStringLiteral("interrupted"));
    if (state != GRPC_CHANNEL_TRANSIENT_FAILURE)
        return Error(Code::DeadlineExceeded, QStringLiteral("%1 did not answer in time").arg(place.who()));
    return TlsProbe(place, *texts, deadline).explain();
}

} // namespace ghost::ctl
