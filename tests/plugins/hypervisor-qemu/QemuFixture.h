// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include <QtCore/QTemporaryDir>

#include "QemuHypervisor.h"

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
    QTemporaryDir m_root{QStringLiteral("/var/tmp/ghost-qemu-with-a-name-that-is-longer-than-a-socket's-address-could-"
                                        "ever-hold-for-it-holds-108-bytes-XXXXXX")};
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

/// The driver with the machine's real QEMU, under TCG. Removes its VMs at the end, whatever happened.
class QemuFixture
{
public:
    explicit QemuFixture(const QJsonObject &config = {});
    ~QemuFixture();

    /// Empty, or why there can be no test.
    static QString missing();

    /// Another agent takes over: the driver goes and comes anew, guests run on.
    bool restartDriver();
    void stopDriver();
    bool startDriver();

    /// A guest that echoes on its console (see EchoGuest); its disk is made, too.
    VmSpec echoSpec(bool deaf = false) const;
    /// Created and started.
    VmId runEcho(bool deaf = false);
    /// Waits until @p condition holds, looking again at each news from the driver.
    bool waitFor(const std::function<bool()> &condition, std::chrono::milliseconds limit = std::chrono::seconds(20));
    /// Opens the console and waits for the guest's answer: from now on it listens.
    UniqueFd waitUntilUp(VmId id);
    VmState stateOf(VmId id);
    StateReason reasonOf(VmId id);
    /// From the driver's files.
    pid_t pidOf(VmId id) const;
    QString folderOf(VmId id) const;

    RecordingContext context;
    std::unique_ptr<QemuHypervisor> driver;

private:
    QJsonObject m_config;
};

/// Reads from @p socket until @p text has come; false after 10 s or at the end of the stream.
bool readUntil(int socket, const QByteArray &text);
/// Whether the process is gone, or only waits to be buried; looks again until @p limit.
bool waitGone(pid_t pid, std::chrono::milliseconds limit = std::chrono::seconds(10));
/// A TCP port of 127.0.0.1 that nobody has now.
int freePort();
/// Whether somebody listens there.
bool isListening(int port);

} // namespace ghost
