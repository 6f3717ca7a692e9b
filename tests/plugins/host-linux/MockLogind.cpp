// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "MockLogind.h"

#include <QtCore/QElapsedTimer>
#include <QtDBus/QDBusConnection>
#include <QtDBus/QDBusConnectionInterface>
#include <QtDBus/QDBusMessage>

namespace ghost {

namespace {

constexpr int patienceMs = 20'000;
const QString connectionName = QStringLiteral("mock-logind-test");
const QString service = QStringLiteral("org.freedesktop.login1");

QDBusConnection testBus()
{
    return QDBusConnection(connectionName);
}

void end(QProcess &process)
{
    process.terminate();
    if (!process.waitForFinished(5'000))
        process.kill();
    process.waitForFinished(5'000);
}

} // namespace

MockLogind::MockLogind()
    : m_formerAddress(qgetenv("DBUS_SYSTEM_BUS_ADDRESS"))
    , m_missing(startBus())
{
    if (m_missing.isEmpty())
        m_missing = startLogind();
}

MockLogind::~MockLogind()
{
    QDBusConnection::disconnectFromBus(connectionName);
    end(m_logind);
    end(m_bus);
    if (m_formerAddress.isEmpty())
        qunsetenv("DBUS_SYSTEM_BUS_ADDRESS");
    else
        qputenv("DBUS_SYSTEM_BUS_ADDRESS", m_formerAddress);
}

QString MockLogind::startBus()
{
    const QString address = QStringLiteral("unix:path=%1").arg(m_folder.filePath(QStringLiteral("bus")));
    m_bus.start(QStringLiteral("dbus-daemon"),
                {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--address=%1").arg(address),
                 QStringLiteral("--print-address=1")});
    if (!m_bus.waitForStarted(patienceMs) || !m_bus.waitForReadyRead(patienceMs))
        return QStringLiteral("dbus-daemon does not start (Debian package dbus): %1").arg(m_bus.errorString());
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", address.toUtf8());
    if (!QDBusConnection::connectToBus(address, connectionName).isConnected())
        return QStringLiteral("no connection to the bus of this test");
    return {};
}

QString MockLogind::startLogind()
{
    m_logind.setProcessChannelMode(QProcess::MergedChannels);
    // Debian's own, whichever python3 comes first here: its package has the module.
    m_logind.start(QStringLiteral("/usr/bin/python3"),
                   {QStringLiteral("-m"), QStringLiteral("dbusmock"), QStringLiteral("--system"),
                    QStringLiteral("--template"), QStringLiteral("logind")});
    if (!m_logind.waitForStarted(patienceMs))
        return QStringLiteral("python3 does not start: %1").arg(m_logind.errorString());
    QElapsedTimer clock;
    clock.start();
    while (!testBus().interface()->isServiceRegistered(service)) {
        if (m_logind.waitForFinished(20) || clock.elapsed() > patienceMs)
            return QStringLiteral("no mock of logind (Debian package python3-dbusmock): %1")
                .arg(QString::fromLocal8Bit(m_logind.readAll()).right(300));
    }
    return {};
}

bool MockLogind::announce(const QString &signal, bool begins)
{
    QDBusMessage call =
        QDBusMessage::createMethodCall(service, QStringLiteral("/org/freedesktop/login1"),
                                       QStringLiteral("org.freedesktop.DBus.Mock"), QStringLiteral("EmitSignal"));
    call << QStringLiteral("org.freedesktop.login1.Manager") << signal << QStringLiteral("b") << QVariantList{begins};
    const QDBusMessage reply = testBus().call(call, QDBus::Block, patienceMs);
    if (reply.type() == QDBusMessage::ErrorMessage)
        qWarning("%s", qPrintable(reply.errorMessage()));
    return reply.type() == QDBusMessage::ReplyMessage;
}

} // namespace ghost
