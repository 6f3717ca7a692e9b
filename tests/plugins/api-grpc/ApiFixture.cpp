// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiFixture.h"

#include <cstring>

#include <QtCore/QPluginLoader>
#include <grpcpp/create_channel.h>
#include <grpcpp/create_channel_posix.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

namespace ghost {

namespace {

QObject *loadPlugin()
{
    QPluginLoader loader(qEnvironmentVariable("GHOST_PLUGIN_DIR") + QStringLiteral("/api-grpc.so"));
    QObject *root = loader.instance();
    if (!root)
        qFatal("%s", qPrintable(loader.errorString()));
    return root;
}

UniqueFd connectedSocket(const QByteArray &path)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.constData(), size_t(path.size()));
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof(address)) != 0)
        fd.reset();
    return fd;
}

} // namespace

ApiFixture::ApiFixture()
    : m_context(std::make_unique<FakeContext>(m_folder.path()))
    , m_agent(std::make_unique<FakeAgent>())
    , m_plugin(qobject_cast<Plugin *>(loadPlugin()))
    , m_frontend(qobject_cast<Frontend *>(loadPlugin()))
{
    if (!m_plugin || !m_frontend)
        qFatal("the plugin lacks an interface");
    ::chmod(m_folder.path().toLocal8Bit().constData(), 0711); // other users must reach the socket
}

ApiFixture::~ApiFixture()
{
    close();
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(10));
    if (m_isActive)
        static_cast<void>(m_plugin->deactivate(call));
}

Result<void> ApiFixture::activate(const QJsonObject &config)
{
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(10));
    auto result = m_plugin->activate(*m_context, config, call);
    m_isActive = result.has_value();
    return result;
}

Result<void> ApiFixture::open()
{
    auto result = m_frontend->open(*m_agent);
    m_isOpen = result.has_value();
    return result;
}

Result<void> ApiFixture::openAgain()
{
    return m_frontend->open(*m_agent);
}

void ApiFixture::close()
{
    if (std::exchange(m_isOpen, false))
        m_frontend->close();
}

void ApiFixture::start()
{
    // No group: these machines have none called ghost, and root's suffices here.
    if (auto ok = activate({{QStringLiteral("group"), QString()}}); !ok)
        qFatal("activate: %s", qPrintable(ok.error().text()));
    if (auto ok = open(); !ok)
        qFatal("open: %s", qPrintable(ok.error().text()));
}

std::shared_ptr<grpc::Channel> ApiFixture::connect() const
{
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0); // else the client's buffers grow to megabytes
    return grpc::CreateCustomChannel("unix:" + socketPath().toStdString(), grpc::InsecureChannelCredentials(),
                                     arguments);
}

std::shared_ptr<grpc::Channel> ApiFixture::connectAs(uid_t user) const
{
    UniqueFd fd;
    std::thread([&] {
        // The bare call changes this thread alone; the one in libc changes them all.
        ::syscall(SYS_setresuid, -1, user, -1);
        fd = connectedSocket(socketPath().toLocal8Bit());
    }).join();
    return fd ? grpc::CreateInsecureChannelFromFd("other-user", fd.release()) : nullptr;
}

} // namespace ghost
