// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include <ghost/Call.h>
#include <ghost/VmSpec.h>

#include "kvm/KvmProbe.h"

namespace ghost {

/// How a driver runs the trial guest; implemented by each of them.
class KvmTrialHost
{
public:
    virtual ~KvmTrialHost() = default;
    /// Names kernel and QEMU: when it changes, KVM is tried anew.
    virtual Result<QString> fingerprint(Call &call) = 0;
    /// Runs the guest of trialBootSector() to its end. An Error says that the trial could not be made.
    virtual Result<KvmVerdict> runTrial(Accelerator accelerator, Call &call) = 0;
};

/// Knows whether KVM is usable: a look at the host, then once a tiny guest, whose end is remembered over restarts.
class KvmChoice
{
public:
    /// @p memoryFile keeps the trial's outcome; @p tryGuest false: look at the host only.
    KvmChoice(KvmTrialHost &host, KvmProbe probe, QString memoryFile, bool tryGuest);

    /// What is known by now; any thread, at once.
    KvmVerdict known() const;
    /// Looks at the host and reads what an earlier run remembered; done once, by activate.
    void recall();
    /// Looks at the host, starts nothing.
    KvmVerdict look() const { return m_probe.look(); }
    /// The first one on a machine runs the trial guest.
    Result<KvmVerdict> verdict(Call &call);

private:
    Result<void> takeTurn(Call &call);
    void passTurn();
    Result<KvmVerdict> tryOut(const QString &fingerprint, Call &call);
    void remember(const QString &fingerprint, const KvmVerdict &verdict);
    void setKnown(const KvmVerdict &verdict);

    KvmTrialHost &m_host;
    KvmProbe m_probe;
    QString m_memoryFile;
    bool m_tryGuest;
    mutable std::mutex m_mutex; ///< for what follows
    bool m_isTrying = false;    ///< ten creates at once make one trial; the others wait for it, as long as they may
    std::vector<Signal *> m_waiting;
    KvmVerdict m_known;
};

} // namespace ghost
