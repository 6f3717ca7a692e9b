// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include <QtCore/QTemporaryDir>
#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include "FakeAgent.h"
#include "ghost/Frontend.h"
#include "tls/CertificateFiles.h"

namespace ghost {

/// The host as the plugin sees it.
class FakeContext final : public PluginContext
{
public:
    explicit FakeContext(const QString &root)
        : m_root(root)
    {}
    void publish(const DriverEvent &) override {}
    void setHealth(const Health &health) override
    {
        const std::lock_guard lock(m_mutex);
        m_health = health;
    }
    void log(LogLevel, const QString &message) override
    {
        const std::lock_guard lock(m_mutex);
        m_lines.append(message);
    }
    QString folder(Folder) const override { return m_root; }
    AgentId agentId() const override { return AgentId(); }
    Health health() const
    {
        const std::lock_guard lock(m_mutex);
        return m_health;
    }
    QStringList lines() const
    {
        const std::lock_guard lock(m_mutex);
        return m_lines;
    }

private:
    const QString m_root;
    mutable std::mutex m_mutex;
    Health m_health;
    QStringList m_lines;
};

/// The built plugin, as the agent loads it, on a socket in a folder of its own.
class ApiFixture
{
public:
    ApiFixture();
    ~ApiFixture();

    Result<void> activate(const QJsonObject &config = {});
    Result<void> open();
    /// As a second agent would, on the same socket.
    Result<void> openAgain();
    void close();
    /// Closes and deactivates, does @p between, and starts as before.
    void restart(const std::function<void()> &between);
    /// activate and open, which must succeed.
    void start(QJsonObject config = {});
    /// The same with a TCP port, and @p tls for its certificates.
    void startTls(const QJsonObject &tls = {});

    FakeAgent &agent() { return *m_agent; }
    const FakeContext &context() const { return *m_context; }
    QString socketPath() const { return m_folder.filePath(QStringLiteral("agent.sock")); }
    /// A new connection.
    std::shared_ptr<grpc::Channel> connect() const;
    /// Where it listens on TCP, as endpoints.json says; empty: nowhere.
    QString tcpAddress() const;
    /// The client files that the plugin made.
    CertificateFiles ownClient() const;
    /// A new connection to the TCP port; only @p files.authorities is needed.
    std::shared_ptr<grpc::Channel> connectTls(const CertificateFiles &files) const;
    /// A new connection as another user; needs root.
    std::shared_ptr<grpc::Channel> connectAs(uid_t user) const;

private:
    void deactivate();

    QTemporaryDir m_folder;
    std::unique_ptr<FakeContext> m_context;
    std::unique_ptr<FakeAgent> m_agent;
    Plugin *m_plugin = nullptr;
    Frontend *m_frontend = nullptr;
    QJsonObject m_config;
    bool m_isActive = false;
    bool m_isOpen = false;
};

/// A client's context that ends after 20 s, whatever happens.
class BoundedContext : public grpc::ClientContext
{
public:
    BoundedContext() { set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20)); }
};

} // namespace ghost
