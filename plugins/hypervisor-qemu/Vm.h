// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include <ghost/Hypervisor.h>

#include "ConsolePump.h"
#include "QmpMonitor.h"
#include "RunRecord.h"
#include "SpecJson.h"
#include "VmFolder.h"

namespace ghost {

/// One VM: its files, and while it is on the conversation with its QEMU. Thread-safe.
class Vm : private QmpListener
{
public:
    Vm(VmId id, VmFolder folder, PluginContext &context);
    /// QEMU runs on.
    ~Vm() override;

    VmId id() const { return m_id; }
    const VmFolder &folder() const { return m_folder; }

    /// Reads its files, and finds its QEMU if that is still the one. Once, before any other call.
    void load();
    /// FailedPrecondition with the file for a VM whose spec could not be read.
    Result<StoredVm> stored() const;
    Result<void> store(const StoredVm &vm);

    bool isOn() const;
    /// Null: it is off.
    std::shared_ptr<QmpMonitor> monitor() const;

    /// What it is doing, in two steps, so that many can be asked at once. A QEMU that does not answer is Unknown.
    struct Look
    {
        std::shared_ptr<QmpMonitor> monitor;
        QmpMonitor::Ticket ticket;
    };
    Look beginLook() const;
    Result<VmInfo> finishLook(const Look &look, Call &call, Call::Clock::time_point end);
    Result<VmInfo> look(Call &call);

    /// Before QEMU runs: on disk, and watched from here on. What ends before started() is a failed start, no crash.
    Result<void> beginStart(const ProcessMark &mark);
    void started();

    /// Whose wish the end will be. On disk before anything is done about it; with an Error it is only remembered.
    Result<void> noteStopRequest(bool requested);
    /// True once QEMU has ended and its verdict is written; false after @p limit.
    Result<bool> waitEnd(Call &call, std::chrono::milliseconds limit);

    /// The reader's end of its serial console; the one that was open ends.
    Result<UniqueFd> openConsole();

private:
    void qmpEvent(const QString &name, const QJsonObject &data) override;
    void qmpConnected(const QString &runState) override;
    void qmpProblem(const QString &problem) override;
    void qmpHeardAgain() override;
    void processEnded() override;

    void watch(std::shared_ptr<const GuestProcess> process);
    void announceEnd(StateReason reason);
    void dropMonitorOfTheDead();
    StateReason lastEnd() const;
    bool isStarting() const;
    Result<bool> waitEndOf(const QmpMonitor &monitor, Call &call, std::chrono::milliseconds limit);
    Result<void> change(const std::function<void(RunRecord &)> &how);
    VmInfo info(VmState state, StateReason reason) const;

    const VmId m_id;
    const VmFolder m_folder;
    PluginContext &m_context;

    std::mutex m_writing;       ///< taken before m_mutex: changes reach the disk in their order
    mutable std::mutex m_mutex; ///< for what follows; never held while the disk is waited for
    std::condition_variable m_settled;
    std::optional<StoredVm> m_stored;
    Error m_specProblem;
    RunRecord m_run;
    bool m_isOn = false;
    std::unique_ptr<ConsolePump> m_console;
    std::shared_ptr<QmpMonitor> m_monitor; // first to go: it calls back
};

} // namespace ghost
