// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QStringList>

#include "ghost/VmSpec.h"

namespace ghost {

/// What a hypervisor can do on this machine now. (What it can do at all is told by its facets.)
class GHOST_SDK_EXPORT Capabilities
{
    GHOST_VALUE(Capabilities)
public:
    /// `x86_64`, `aarch64`…
    QStringList architectures() const;
    void setArchitectures(const QStringList &architectures);
    /// Accelerators that work here.
    QList<Accelerator> accelerators() const;
    void setAccelerators(const QList<Accelerator> &accelerators);
    /// Why KVM is not among them, and how to mend it; empty if it is.
    QString kvmProblem() const;
    void setKvmProblem(const QString &problem);
    int maxCpus() const;
    void setMaxCpus(int cpus);
    /// False for drivers whose VMs have no disks (test and demo drivers): the core then makes none.
    bool usesVolumes() const;
    void setUsesVolumes(bool uses);
    /// False for drivers whose VMs have no network.
    bool usesNetwork() const;
    void setUsesNetwork(bool uses);
    /// Which ports it can attach. A VM on a network of another kind is refused before anything is made.
    QList<NicSource::Kind> nicKinds() const;
    void setNicKinds(const QList<NicSource::Kind> &kinds);
};

} // namespace ghost
