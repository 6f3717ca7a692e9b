// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Session.h"

#include <grpcpp/create_channel_posix.h>

#include <QtCore/QDir>

#include "agent/AgentSocket.h"

namespace ghost::ctl {
namespace {

QString socketPath(const GlobalOptions &options)
{
    if (!options.socket.isEmpty())
        return options.socket;
    if (!options.root.isEmpty())
        return QDir(options.root).filePath(QStringLiteral("run/agent.sock"));
    return qEnvironmentVariable("GHOST_SOCKET", QStringLiteral("/run/ghost/agent.sock"));
}

OutputFormat formatOf(const QString &name)
{
    if (name == QLatin1String("json"))
        return OutputFormat::Json;
    return name == QLatin1String("yaml") ? OutputFormat::Yaml : OutputFormat::Table;
}

} // namespace

Session::Session(const GlobalOptions &options, Interrupts &interrupts)
    : m_socket(socketPath(options))
    , m_output(formatOf(options.format))
    , m_interrupts(interrupts)
    , m_timeout(options.timeout)
{}

Result<void> Session::connect()
{
    Result<UniqueFd> fd = connectToAgent(m_socket);
    if (!fd)
        return fd.error();
    grpc::ChannelArguments arguments;
    // A thousand VMs and their operations do not fit into the usual 4 MB.
    constexpr int biggestAnswer = 256 * 1024 * 1024;
    arguments.SetMaxReceiveMessageSize(biggestAnswer);
    m_channel = grpc::CreateCustomInsecureChannelFromFd("localhost", fd->release(), arguments);
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
