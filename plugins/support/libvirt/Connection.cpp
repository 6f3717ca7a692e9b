// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/Connection.h"

#include <atomic>
#include <tuple>

#include "libvirt/CalledByLibvirt.h"
#include "libvirt/EventLoop.h"
#include "libvirt/LibvirtError.h"

namespace ghost::libvirt {

namespace {

constexpr int keepAliveIntervalSeconds = 2;
constexpr unsigned keepAliveCount = 2;

/// libvirt owns the callback object from registration until it can run no more, and then deletes it through this.
template <class Callback>
GHOST_CALLED_BY_LIBVIRT void release(void *opaque)
{
    delete static_cast<Callback *>(opaque);
}

struct CloseWatch
{
    Connection::Closed closed;
    quint64 serial;
};

GHOST_CALLED_BY_LIBVIRT void connectionClosed(virConnectPtr, int reason, void *opaque)
{
    const auto *watch = static_cast<CloseWatch *>(opaque);
    switch (reason) {
    case VIR_CONNECT_CLOSE_REASON_CLIENT:
        return; // we did it
    case VIR_CONNECT_CLOSE_REASON_KEEPALIVE:
        return watch->closed(watch->serial, true, QStringLiteral("libvirtd does not answer (it hangs or is stopped)"));
    case VIR_CONNECT_CLOSE_REASON_EOF:
        return watch->closed(watch->serial, false, QStringLiteral("libvirtd closed the connection (it ended)"));
    default:
        return watch->closed(watch->serial, false, QStringLiteral("the connection to libvirtd broke"));
    }
}

GHOST_CALLED_BY_LIBVIRT void domainLifecycle(virConnectPtr, virDomainPtr domain, int event, int detail, void *opaque)
{
    (*static_cast<Connection::DomainLifecycle *>(opaque))(domain, event, detail);
}

GHOST_CALLED_BY_LIBVIRT void networkLifecycle(virConnectPtr, virNetworkPtr network, int event, int detail, void *opaque)
{
    (*static_cast<Connection::NetworkLifecycle *>(opaque))(network, event, detail);
}

/// Of the open that this thread is in: its errors belong to no connection yet.
thread_local const Connection::Log *openingLog = nullptr;

GHOST_CALLED_BY_LIBVIRT void logError(void *userData, virErrorPtr error)
{
    // Debug: the failed call reports the same to its caller, who knows whether it matters.
    const auto *log = userData ? static_cast<const Connection::Log *>(userData) : openingLog;
    if (log)
        (*log)(LogLevel::Debug, QStringLiteral("libvirt: ") + QString::fromUtf8(error->message).trimmed());
}

quint64 nextSerial()
{
    static std::atomic<quint64> last{0};
    return ++last;
}

} // namespace

Result<std::unique_ptr<Connection>> Connection::open(const QString &uri, Closed closed, Log log)
{
    EventLoop::ensure();
    virSetErrorFunc(nullptr, &logError); // by itself libvirt writes what belongs to no connection to stderr
    openingLog = &log;
    const virConnectPtr raw = virConnectOpen(uri.toUtf8().constData());
    openingLog = nullptr;
    if (!raw)
        return lastError(QStringLiteral("cannot connect to %1").arg(uri));

    std::unique_ptr<Connection> connection(new Connection(raw, std::move(log)));
    if (const auto ok = connection->keepAlive(); !ok)
        return ok.error();
    if (const auto ok = connection->watch(std::move(closed)); !ok)
        return ok.error();
    return connection;
}

Connection::Connection(virConnectPtr connection, Log log)
    : m_connection(connection)
    , m_serial(nextSerial())
    , m_log(std::move(log))
{
    virConnSetErrorFunc(m_connection, &m_log, &logError);
}

Connection::~Connection()
{
    // Each callback holds a reference: with one left, virConnectClose would close nothing.
    for (const int id : m_domainCallbacks)
        virConnectDomainEventDeregisterAny(m_connection, id);
    for (const int id : m_networkCallbacks)
        virConnectNetworkEventDeregisterAny(m_connection, id);
    virConnectUnregisterCloseCallback(m_connection, &connectionClosed);
    virConnectClose(m_connection);
}

bool Connection::isAlive() const
{
    return virConnectIsAlive(m_connection) == 1;
}

Result<void> Connection::keepAlive()
{
    // Not supported, or not by the other side: there is no daemon to lose (libvirt's test driver).
    if (virConnectSetKeepAlive(m_connection, keepAliveIntervalSeconds, keepAliveCount) < 0 &&
        lastErrorNumber() != VIR_ERR_NO_SUPPORT)
        return lastError(QStringLiteral("cannot set keepalive"));
    return {};
}

Result<void> Connection::watch(Closed closed)
{
    // libvirt's test driver has no daemon to lose; it takes the callback, never calls it and never frees it.
    if (qstrcmp(virConnectGetType(m_connection), "TEST") == 0)
        return {};
    auto watch = std::make_unique<CloseWatch>(CloseWatch{std::move(closed), m_serial});
    if (virConnectRegisterCloseCallback(m_connection, &connectionClosed, watch.get(), &release<CloseWatch>) < 0) {
        if (lastErrorNumber() == VIR_ERR_NO_SUPPORT)
            return {};
        return lastError(QStringLiteral("cannot watch the connection"));
    }
    std::ignore = watch.release();
    return {};
}

Result<void> Connection::onDomainLifecycle(DomainLifecycle callback)
{
    auto owned = std::make_unique<DomainLifecycle>(std::move(callback));
    const int id = virConnectDomainEventRegisterAny(m_connection, nullptr, VIR_DOMAIN_EVENT_ID_LIFECYCLE,
                                                    VIR_DOMAIN_EVENT_CALLBACK(&domainLifecycle), owned.get(),
                                                    &release<DomainLifecycle>);
    if (id < 0)
        return lastError(QStringLiteral("cannot watch domains"));
    std::ignore = owned.release();
    m_domainCallbacks.push_back(id);
    return {};
}

Result<void> Connection::onNetworkLifecycle(NetworkLifecycle callback)
{
    auto owned = std::make_unique<NetworkLifecycle>(std::move(callback));
    const int id = virConnectNetworkEventRegisterAny(m_connection, nullptr, VIR_NETWORK_EVENT_ID_LIFECYCLE,
                                                     VIR_NETWORK_EVENT_CALLBACK(&networkLifecycle), owned.get(),
                                                     &release<NetworkLifecycle>);
    if (id < 0)
        return lastError(QStringLiteral("cannot watch networks"));
    std::ignore = owned.release();
    m_networkCallbacks.push_back(id);
    return {};
}

} // namespace ghost::libvirt
