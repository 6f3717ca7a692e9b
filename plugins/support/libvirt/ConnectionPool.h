// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>

#include <ghost/Call.h>

#include "libvirt/Connection.h"

namespace ghost::libvirt {

class Connector;
class PoolState;

/// A connection for one caller at a time; back to the pool when it goes out of scope (or away, if it died meanwhile).
/// Hold it only for libvirt calls, never while waiting for an event: a pool has few.
class Lease
{
public:
    Lease(std::shared_ptr<PoolState> pool, std::unique_ptr<Connection> connection);
    Lease(Lease &&other) noexcept;
    Lease &operator=(Lease &&other) noexcept;
    ~Lease();

    virConnectPtr get() const;

    /// Takes the connection out of the pool for as long as this lease lives, and has the pool open another in its
    /// place. For work that keeps a connection busy, such as a console.
    void leavePool();

private:
    void release();

    std::shared_ptr<PoolState> m_pool;
    std::unique_ptr<Connection> m_connection;
    bool m_ofPool = true;
};

/// What a pool tells its owner. All but registerEvents may come on libvirt's event thread: return at once, call no
/// libvirt.
class PoolListener
{
public:
    virtual ~PoolListener();
    /// A new connection that is for events only: register callbacks on it (onDomainLifecycle, onNetworkLifecycle). On
    /// the connector thread, before connected(). An error here counts as a failed attempt to connect.
    virtual Result<void> registerEvents(Connection &connection) = 0;
    /// Calls are served. Anything may have changed since lost().
    virtual void connected() = 0;
    /// Until connected() each acquire() answers Unavailable with this reason.
    virtual void lost(const QString &reason) = 0;
    virtual void log(LogLevel level, const QString &message) = 0;
};

struct PoolOptions
{
    QString uri = QStringLiteral("qemu:///system");
    int connections = 4;
    /// Pause after a failed attempt to connect: from firstRetry, doubled up to lastRetry.
    std::chrono::milliseconds firstRetry{1000};
    std::chrono::milliseconds lastRetry{5000};
};

/// Connections to one libvirtd, and the only way to it.
///
/// libvirt's client has two traps when libvirtd hangs: with two calls pending on one connection its keepalive crashes
/// the process, and without keepalive a call, a close and an open never end. Hence: one call at a time on each
/// connection, keepalive on all of them, and only a thread of the pool's own opens and closes. One more connection
/// carries events. Thread-safe.
class ConnectionPool
{
public:
    /// Starts connecting; does not wait for it. @p listener must outlive the pool.
    ConnectionPool(const PoolOptions &options, PoolListener &listener);
    /// Calls stop().
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool &) = delete;
    ConnectionPool &operator=(const ConnectionPool &) = delete;

    /// A connection for one call or a few in a row. While libvirtd cannot be reached: Unavailable at once, with the
    /// reason. While all are lent: waits, as long as @p call may.
    Result<Lease> acquire(Call &call);

    /// Blocks until calls are served: true; or @p limit or the call's own end: false. For activate().
    bool waitConnected(Call &call, std::chrono::milliseconds limit);

    /// Closes everything; the listener is not called afterwards. Takes at most the keepalive's 6 s.
    void stop();

private:
    std::shared_ptr<PoolState> m_state;
    std::unique_ptr<Connector> m_connector;
};

} // namespace ghost::libvirt
