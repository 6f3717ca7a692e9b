// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "TestCore.h"

#include <grpcpp/create_channel.h>

namespace ghost::cloud {

std::shared_ptr<grpc::Channel> ownChannel(const QString &place)
{
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 50);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
    arguments.SetMaxSendMessageSize(-1);
    return grpc::CreateCustomChannel(place.toStdString(), grpc::InsecureChannelCredentials(), arguments);
}

TestCore::TestCore()
{
    start();
}

void TestCore::start()
{
    ServerOptions options;
    options.listen = *ListenPlace::parse(QStringLiteral("127.0.0.1:0"));
    options.folder = folder();
    options.intervals.beatSeconds = beatSeconds;
    options.clock = {[this] { return m_wall.load(); }, [this] { return m_steady.load(); }};
    auto server = Server::start(options);
    if (!server)
        qFatal("%s", qUtf8Printable(server.error().text()));
    m_server = std::move(*server);
}

void TestCore::stop()
{
    m_server.reset();
}

void TestCore::restart()
{
    stop();
    start();
}

void TestCore::advance(std::chrono::milliseconds time)
{
    m_wall += time.count();
    m_steady += time.count();
}

QString TestCore::place() const
{
    return m_server->place().toString();
}

std::shared_ptr<grpc::Channel> TestCore::channel() const
{
    return ownChannel(place());
}

} // namespace ghost::cloud
