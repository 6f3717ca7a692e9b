// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ApiFixture.h"

#include <cstring>

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
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
    deactivate();
}

void ApiFixture::deactivate()
{
    Call call(OperationId(), Call::Clock::now() + std::chrono::seconds(10));
    if (std::exchange(m_isActive, false))
        static_cast<void>(m_plugin->deactivate(call));
}

void ApiFixture::restart(const std::function<void()> &between)
{
    close();
    deactivate();
    between();
    start(m_config);
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

void ApiFixture::start(QJsonObject config)
{
    // No group: these machines have none called ghost, and root's suffices here.
    config.insert(QStringLiteral("group"), QString());
    m_config = config;
    if (auto ok = activate(config); !ok)
        qFatal("activate: %s", qPrintable(ok.error().text()));
    if (auto ok = open(); !ok)
        qFatal("open: %s", qPrintable(ok.error().text()));
}

void ApiFixture::startTls(const QJsonObject &tls)
{
    start({{QStringLiteral("listen"), QStringLiteral("127.0.0.1:0")}, {QStringLiteral("tls"), tls}});
}

QString ApiFixture::tcpAddress() const
{
    QFile file(m_folder.filePath(QStringLiteral("endpoints.json")));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("grpc")).toString();
}

CertificateFiles ApiFixture::ownClient() const
{
    const auto file = [this](const char *name) { return m_folder.filePath(QStringLiteral("tls/") + name); };
    return {file("ca.crt"), file("client.crt"), file("client.key")};
}

std::shared_ptr<grpc::Channel> ApiFixture::connectTls(const CertificateFiles &files) const
{
    const auto text = [](const QString &path) {
        const auto content = readPemFile(path);
        return content ? content->toStdString() : std::string();
    };
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
    arguments.SetMaxSendMessageSize(-1);
    const auto credentials = grpc::SslCredentials({text(files.authorities), text(files.key), text(files.chain)});
    return grpc::CreateCustomChannel(tcpAddress().toStdString(), credentials, arguments);
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
