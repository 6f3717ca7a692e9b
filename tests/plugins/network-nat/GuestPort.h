// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QProcess>
#include <QtCore/QStandardPaths>
#include <ghost/NicSource.h>

/// A guest without a machine: a network namespace whose only interface is plugged into the bridge with the port's MAC.
/// Needs root, `ip` and a busybox with udhcpc; gone with the object.
class GuestPort
{
public:
    GuestPort(const QString &name, const ghost::NicSource &nic)
        : m_name(name)
        , m_tap(name + QStringLiteral("h"))
    {
        m_ok = ip({"netns", "add", m_name}) &&
               ip({"link", "add", m_tap, "type", "veth", "peer", "name", "eth0", "netns", m_name}) &&
               ip({"-n", m_name, "link", "set", "eth0", "address", nic.mac()}) &&
               ip({"link", "set", m_tap, "master", nic.target()}) && ip({"link", "set", m_tap, "up"}) &&
               ip({"-n", m_name, "link", "set", "eth0", "up"});
    }
    ~GuestPort()
    {
        ip({"link", "del", m_tap});
        ip({"netns", "del", m_name});
    }
    GuestPort(const GuestPort &) = delete;
    GuestPort &operator=(const GuestPort &) = delete;

    static bool possible()
    {
        return !QStandardPaths::findExecutable(QStringLiteral("busybox")).isEmpty() &&
               run(QStringLiteral("busybox"), {"udhcpc", "--help"}, true) &&
               run(QStringLiteral("ip"), {"netns", "list"});
    }
    bool isUp() const { return m_ok; }
    QString tap() const { return m_tap; }

    /// Asks for an address and, as told by the server, would take it; the interface itself is left alone.
    bool askForAddress() const
    {
        return inside({"busybox", "udhcpc", "-i", "eth0", "-f", "-n", "-q", "-t", "5", "-T", "1", "-s", "/bin/true"});
    }
    bool setAddress(const QString &address) const
    {
        return ip({"-n", m_name, "addr", "flush", "dev", "eth0"}) &&
               ip({"-n", m_name, "addr", "add", address + QStringLiteral("/24"), "dev", "eth0"});
    }
    bool setMac(const QString &mac) const
    {
        return ip({"-n", m_name, "link", "set", "eth0", "down"}) &&
               ip({"-n", m_name, "link", "set", "eth0", "address", mac}) &&
               ip({"-n", m_name, "link", "set", "eth0", "up"});
    }
    bool ping(const QString &address, int seconds) const
    {
        return inside({"busybox", "ping", "-c", "1", "-W", QString::number(seconds), address});
    }

private:
    static bool run(const QString &program, const QStringList &arguments, bool anyExitCode = false)
    {
        QProcess process;
        process.start(program, arguments);
        return process.waitForFinished(30'000) && process.exitStatus() == QProcess::NormalExit &&
               (anyExitCode || process.exitCode() == 0);
    }
    static bool ip(const QStringList &arguments) { return run(QStringLiteral("ip"), arguments); }
    bool inside(const QStringList &command) const { return ip(QStringList{"netns", "exec", m_name} + command); }

    const QString m_name;
    const QString m_tap;
    bool m_ok = false;
};
