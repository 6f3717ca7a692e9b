// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include <QtCore/QTemporaryDir>

#include "LibvirtHypervisor.h"

namespace ghost {

/// The host as the driver sees it: folders of its own, an agent id of its own, and a memory of what it was told.
class RecordingContext : public PluginContext
{
public:
    RecordingContext();
    void publish(const DriverEvent &event) override;
    void setHealth(const Health &health) override;
    void log(LogLevel level, const QString &message) override;
    QString folder(Folder folder) const override;
    AgentId agentId() const override { return m_agent; }

    Health health() const;
    int count(DriverEvent::Kind kind, VmId vm = {}) const;
    /// Raised by each event and each change of health.
    Signal news;

private:
    AgentId m_agent = AgentId::create();
    QTemporaryDir m_root{QStringLiteral("/var/tmp/ghost-libvirt-XXXXXX")};
    mutable std::mutex m_mutex;
    Health m_health;
    QList<DriverEvent> m_events;
};

/// A call that nobody cancels.
struct PlainCall : Call
{
    explicit PlainCall(std::chrono::milliseconds limit = std::chrono::seconds(60))
        : Call(OperationId(), Clock::now() + limit)
    {}
};

/// The driver against the machine's real libvirtd, under TCG. Removes its VMs at the end, whatever happened.
class LibvirtFixture
{
public:
    explicit LibvirtFixture(const QString &uri = QStringLiteral("qemu:///system"), int connections = 4);
    ~LibvirtFixture();

    /// False: no libvirtd on this machine, or it cannot be reached.
    bool isUsable() const { return m_usable; }
    static bool libvirtdRuns();

    /// A guest that echoes on its console (see EchoGuest); its disk is made, too.
    VmSpec echoSpec(bool deaf = false) const;
    /// Waits until @p condition holds, looking again at each news from the driver.
    bool waitFor(const std::function<bool()> &condition, std::chrono::milliseconds limit = std::chrono::seconds(20));
    /// Opens the console and waits for the guest's greeting: from now on it listens.
    UniqueFd waitUntilUp(VmId id);
    VmState stateOf(VmId id);
    /// Kills the guest's QEMU with SIGKILL and waits until libvirt knows.
    bool crash(VmId id);

    RecordingContext context;
    LibvirtHypervisor driver;

private:
    bool m_usable = false;
};

/// Reads from @p socket until @p text has come; false after 10 s or at the end of the stream.
bool readUntil(int socket, const QByteArray &text);

} // namespace ghost
