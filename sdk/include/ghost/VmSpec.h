// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QList>

#include "ghost/DiskSource.h"
#include "ghost/NicSource.h"

namespace ghost {

enum class Accelerator : int { Unspecified = 0, Auto, Kvm, Tcg };
GHOST_SDK_EXPORT QString acceleratorName(Accelerator accelerator);
/// `auto`, `kvm`, `tcg`; `Unspecified` for anything else.
GHOST_SDK_EXPORT Accelerator acceleratorFromName(QStringView name);

/// What a VM is to be. Complete: a hypervisor needs nothing else to make it or, after its loss, to make it again.
///
/// Two specs are *equal in kind* when they differ at most in places: disk paths, bridge names, filters, forwards.
/// `create` of a known id with a spec equal in kind is Ok and, while the VM is stopped, takes the new places (a data
/// folder may have moved).
class GHOST_SDK_EXPORT VmSpec
{
    GHOST_VALUE(VmSpec)
public:
    VmId id() const;
    void setId(VmId id);
    /// Label for people; not unique for a hypervisor.
    QString name() const;
    void setName(const QString &name);
    int cpus() const;
    void setCpus(int cpus);
    qint64 memoryBytes() const;
    void setMemoryBytes(qint64 bytes);
    /// Auto, Kvm or Tcg. A driver asked for Auto never falls to Tcg in silence. What does not work on this machine:
    /// FailedPrecondition; what the driver never does: Unsupported; both with the field `accelerator`.
    Accelerator accelerator() const;
    void setAccelerator(Accelerator accelerator);
    /// In the order in which the guest sees them; the first one boots.
    QList<DiskSource> disks() const;
    void setDisks(const QList<DiskSource> &disks);
    QList<NicSource> nics() const;
    void setNics(const QList<NicSource> &nics);
    /// The driver's own options (`vmOptions` in its plugin.json), checked against that schema, defaults filled in.
    QJsonObject options() const;
    void setOptions(const QJsonObject &options);
    /// What the driver returned as VmInfo::pinned() at create, so that the guest sees the same machine for life.
    QJsonObject pinned() const;
    void setPinned(const QJsonObject &pinned);

    /// Ok if @p other means the same machine, else InvalidArgument naming the first field that differs: id, cpus,
    /// memory, options, disks, nics. What may differ: name, accelerator, pinned, and the places of disks and nics
    /// (paths, bridges, filters, forwards, reserved addresses).
    Result<void> equalInKind(const VmSpec &other) const;
};

} // namespace ghost
