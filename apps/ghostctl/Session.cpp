// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Session.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/security/credentials.h>

#include "agent/AgentSocket.h"
#include "agent/CloudPlace.h"
#include "agent/TlsChannel.h"

namespace ghost::ctl {
namespace {

constexpr std::chrono::seconds connectPatience(10);

OutputFormat formatOf(const QString &name)
{
    if (name == QLatin1String("json"))
        return OutputFormat::Json;
    return name == QLatin1String("yaml") ? OutputFormat::Yaml : OutputFormat::Table;
}

grpc::ChannelArguments channelArguments()
{
    grpc::ChannelArguments arguments;
    // A thousand VMs and their operations do not fit into the usual 4 MB.
    constexpr int biggestAnswer = 256 * 1024 * 1024;
    arguments.SetMaxReceiveMessageSize(biggestAnswer);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    return arguments;
}

} // namespace

Session::Session(const GlobalOptions &options, Interrupts &interrupts)
    : m_options(options)
    , m_output(formatOf(options.format))
    , m_interrupts(interrupts)
    , m_timeout(options.timeout)
{}

Result<void> Session::connect()
{
    const Result<AgentPlace> place = AgentPlace::of(m_options);
    if (!place)
        return place.error();
    m_place = *place;
    if (m_place.isRemote())
        return openWithTls();
    Result<UniqueFd> fd = connectToAgent(m_place.socket);
    if (!fd)
        return fd.error();
    m_channel = grpc::CreateCustomInsecureChannelFromFd("localhost", fd->release(), channelArguments());
    return {};
}

Result<void> Session::connectToCloud()
{
    const Result<AgentPlace> place = cloudPlaceOf(m_options);
    if (!place)
        return place.error();
    m_place = *place;
    if (!m_place.caFile.isEmpty())
        return openWithTls();
    m_channel =
        grpc::CreateCustomChannel(m_place.text().toStdString(), grpc::InsecureChannelCredentials(), channelArguments());
    return {};
}

Result<void> Session::openWithTls()
{
    auto channel = connectWithTls(m_place, channelArguments(), deadline(connectPatience), m_interrupts);
    if (!channel)
        return channel.error();
    m_channel = std::move(*channel);
    return {};
}

std::chrono::system_clock::time_point Session::deadline(std::chrono::milliseconds patience) const
{
    const auto left = m_timeout ? *m_timeout - elapsed() : patience;
    return std::chrono::system_clock::now() + left;
}

std::chrono::milliseconds Session::elapsed() const
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - m_start);
}

} // namespace ghost::ctl
