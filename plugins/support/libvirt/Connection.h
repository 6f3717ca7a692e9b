// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <ghost/Plugin.h>
#include <libvirt/libvirt.h>

namespace ghost::libvirt {

/// One connection to libvirtd, with keepalive. Opening may block for ever and closing for the keepalive's 6 s: both are
/// for the pool's connector thread.
class Connection
{
public:
    using Closed = std::function<void(quint64 serial, bool daemonHangs, const QString &reason)>;
    using Log = std::function<void(LogLevel level, const QString &message)>;
    using DomainLifecycle = std::function<void(virDomainPtr domain, int event, int detail)>;
    using NetworkLifecycle = std::function<void(virNetworkPtr network, int event, int detail)>;

    /// @p closed is called once, on libvirt's event thread, when the connection dies by itself; it must not call
    /// libvirt.
    /// @p log gets libvirt's own words on each failed call.
    static Result<std::unique_ptr<Connection>> open(const QString &uri, Closed closed, Log log);
    ~Connection();
    Connection(const Connection &) = delete;
    Connection &operator=(const Connection &) = delete;

    virConnectPtr get() const { return m_connection; }
    /// Unique in this process.
    quint64 serial() const { return m_serial; }
    /// Asks nobody: what is known here of the socket.
    bool isAlive() const;

    /// @p callback runs on libvirt's event thread: it must not call libvirt (but for the local
    /// virDomainGet…Name/UUID/ID) nor block. It may run once more while the connection is being closed, so let it share
    /// ownership of what it touches.
    Result<void> onDomainLifecycle(DomainLifecycle callback);
    Result<void> onNetworkLifecycle(NetworkLifecycle callback);

private:
    Connection(virConnectPtr connection, Log log);
    Result<void> keepAlive();
    Result<void> watch(Closed closed);

    virConnectPtr m_connection;
    quint64 m_serial;
    Log m_log;
    std::vector<int> m_domainCallbacks;
    std::vector<int> m_networkCallbacks;
};

} // namespace ghost::libvirt
