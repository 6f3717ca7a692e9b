// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "KvmTrial.h"
#include "Machine.h"

namespace ghost {

/// Answers what `auto` means here. Never TCG: a guest that is ten times slower than expected is no gift.
class AcceleratorChoice
{
public:
    /// @p memoryFile keeps the trial's outcome over restarts; @p tryGuest false: look at the host only.
    AcceleratorChoice(libvirt::ConnectionPool &pool, KvmProbe probe, KvmTrial trial, QString memoryFile, bool tryGuest);

    /// Auto and Kvm: the machine under KVM, or FailedPrecondition with why not and how to mend it. The first Auto on a
    /// machine runs the trial guest, up to 20 s.
    Result<Machine> machineFor(Accelerator wanted, Call &call);

    /// What is known by now; any thread, at once.
    KvmVerdict known() const;
    /// Looks at the host and reads what an earlier run remembered; done once, by activate.
    void recall();

private:
    Result<KvmVerdict> verdict(Call &call);
    Result<void> takeTurn(Call &call);
    void passTurn();
    Result<KvmVerdict> tryOut(const QString &host, Call &call);
    Result<QString> hostFingerprint(Call &call);
    Result<Machine> newest(Accelerator accelerator, Call &call);
    void remember(const QString &host, const KvmVerdict &verdict);
    void setKnown(const KvmVerdict &verdict);

    libvirt::ConnectionPool &m_pool;
    KvmProbe m_probe;
    KvmTrial m_trial;
    QString m_memoryFile;
    bool m_tryGuest;
    mutable std::mutex m_mutex; ///< for what follows
    bool m_isTrying = false;    ///< ten creates at once make one trial; the others wait for it, as long as they may
    std::vector<Signal *> m_waiting;
    KvmVerdict m_known;
};

} // namespace ghost
