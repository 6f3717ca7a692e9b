// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "KvmTrial.h"
#include "Machine.h"
#include "kvm/KvmChoice.h"

namespace ghost {

/// Answers what `auto` means here. Never TCG: a guest that is ten times slower than expected is no gift.
class AcceleratorChoice : private KvmTrialHost
{
public:
    /// @p memoryFile keeps the trial's outcome over restarts; @p tryGuest false: look at the host only.
    AcceleratorChoice(libvirt::ConnectionPool &pool, KvmProbe probe, KvmTrial trial, QString memoryFile, bool tryGuest);

    /// Auto and Kvm: the machine under KVM, or FailedPrecondition with why not and how to mend it. The first Auto on a
    /// machine runs the trial guest, up to 20 s.
    Result<Machine> machineFor(Accelerator wanted, Call &call);

    /// What is known by now; any thread, at once.
    KvmVerdict known() const { return m_kvm.known(); }
    /// Looks at the host and reads what an earlier run remembered; done once, by activate.
    void recall() { m_kvm.recall(); }

private:
    Result<QString> fingerprint(Call &call) override;
    Result<KvmVerdict> runTrial(Accelerator accelerator, Call &call) override;
    Result<Machine> newest(Accelerator accelerator, Call &call);

    libvirt::ConnectionPool &m_pool;
    KvmTrial m_trial;
    KvmChoice m_kvm;
};

} // namespace ghost
