// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QJsonObject>
#include <QtCore/QStringList>

#include "ghost/Vm.h"

namespace ghost {

/// What must survive of a VM: identity, what its owner wants, and where its parts are. Observed state is not in it.
struct VmRecord
{
    /// Where a VM is in its life; only Present ones have all their parts.
    enum class Phase : int { Unspecified = 0, Creating, Present, Deleting };

    VmId id;
    QString name;
    Phase phase = Phase::Creating;
    DesiredState desired = DesiredState::Stopped;
    qint64 createdAtMs = 0;

    int cpus = 0;
    qint64 memoryBytes = 0;
    qint64 diskBytes = 0;
    Accelerator accelerator = Accelerator::Auto;
    QString image;
    QJsonObject options; ///< of the hypervisor's own
    QJsonObject pinned;  ///< VmInfo::pinned() of create

    QString hypervisor; ///< plugin ids; empty: the VM has no such part
    QString network;
    QString storage;
    VolumeId disk;
    VolumeId seed;

    /// The VM as frontends see it, with nothing observed yet.
    Vm toVm() const;
    /// Writes what the record knows into @p vm; what was observed stays.
    void describe(Vm &vm) const;
    QJsonObject toJson() const;
    /// Fails on the first field that is missing or no such thing.
    static Result<VmRecord> fromJson(const QJsonObject &json);
    bool operator==(const VmRecord &other) const = default;
};

/// Parts of a VM that is gone for the agent while a driver could not confirm it. Kept until the driver's own list no
/// longer shows the VM: a create that failed on a stopped backend may still happen.
struct Leftover
{
    VmRecord record;
    qint64 sinceMs = 0;
};

} // namespace ghost
