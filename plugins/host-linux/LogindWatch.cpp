// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LogindWatch.h"

#include <QtCore/QEventLoop>
#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>
#include <QtDBus/QDBusConnection>
#include <QtDBus/QDBusError>

namespace ghost::host {

namespace {

const QString connectionName = QStringLiteral("ghost-host-linux");

/// Takes logind's two announcements.
class Announcements final : public QObject
{
    Q_OBJECT
public:
    explicit Announcements(PluginContext &context)
        : m_context(context)
    {}

public Q_SLOTS:
    void prepareForSleep(bool begins)
    {
        publish(begins ? DriverEvent::Kind::HostSleeping : DriverEvent::Kind::HostAwake,
                begins ? QStringLiteral("the host is about to sleep") : QStringLiteral("the host is awake again"));
    }
    void prepareForShutdown(bool begins)
    {
        publish(begins ? DriverEvent::Kind::HostShuttingDown : DriverEvent::Kind::HostShutdownCancelled,
                begins ? QStringLiteral("the host is about to stop")
                       : QStringLiteral("the host is not going to stop after all"));
    }

private:
    void publish(DriverEvent::Kind kind, const QString &line)
    {
        m_context.log(LogLevel::Info, line);
        m_context.publish({kind, {}});
    }

    PluginContext &m_context;
};

bool follow(QDBusConnection &bus, const QString &signal, QObject &receiver, const char *slot)
{
    return bus.connect(QStringLiteral("org.freedesktop.login1"), QStringLiteral("/org/freedesktop/login1"),
                       QStringLiteral("org.freedesktop.login1.Manager"), signal, &receiver, slot);
}

} // namespace

LogindWatch::LogindWatch(PluginContext &context)
    : m_context(context)
    , m_thread([this] { watch(); })
{}

LogindWatch::~LogindWatch()
{
    m_end.raise();
}

void LogindWatch::watch()
{
    {
        QDBusConnection bus = QDBusConnection::connectToBus(QDBusConnection::SystemBus, connectionName);
        if (bus.isConnected()) {
            Announcements announcements(m_context);
            // A match by name holds for a logind that comes, or comes back, later.
            if (follow(bus, QStringLiteral("PrepareForSleep"), announcements, SLOT(prepareForSleep(bool))) &&
                follow(bus, QStringLiteral("PrepareForShutdown"), announcements, SLOT(prepareForShutdown(bool))))
                m_context.log(LogLevel::Info, QStringLiteral("listening to logind"));
            else
                m_context.log(LogLevel::Warning,
                              QStringLiteral("cannot listen to logind: %1").arg(bus.lastError().message()));
            QEventLoop loop;
            QSocketNotifier end(m_end.fd(), QSocketNotifier::Read);
            QObject::connect(&end, &QSocketNotifier::activated, &loop, &QEventLoop::quit);
            loop.exec();
        } else {
            m_context.log(LogLevel::Info,
                          QStringLiteral("no word of sleep and shutdown here, as there is no system bus: %1")
                              .arg(bus.lastError().message()));
        }
    }
    QDBusConnection::disconnectFromBus(connectionName);
}

} // namespace ghost::host

#include "LogindWatch.moc"
