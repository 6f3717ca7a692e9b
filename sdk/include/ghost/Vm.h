// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QCborMap>
#include <QtCore/QStringList>

#include "ghost/VmInfo.h"

namespace ghost {

/// What the owner wants of a VM.
enum class DesiredState : int { Unspecified = 0, Stopped, Running };
GHOST_SDK_EXPORT QString desiredStateName(DesiredState state);

/// A VM as the agent knows it: the record, what was observed last, and what is wrong.
class GHOST_SDK_EXPORT Vm
{
    GHOST_VALUE(Vm)
public:
    VmId id() const;
    void setId(VmId id);
    QString name() const;
    void setName(const QString &name);
    DesiredState desired() const;
    void setDesired(DesiredState desired);
    VmState state() const;
    void setState(VmState state);
    StateReason reason() const;
    void setReason(StateReason reason);
    /// Why the state is Unknown or Failed, for people; else empty.
    QString problem() const;
    void setProblem(const QString &problem);
    int cpus() const;
    void setCpus(int cpus);
    qint64 memoryBytes() const;
    void setMemoryBytes(qint64 bytes);
    qint64 diskBytes() const;
    void setDiskBytes(qint64 bytes);
    QString image() const;
    void setImage(const QString &image);
    /// Plugin ids.
    QString hypervisor() const;
    void setHypervisor(const QString &plugin);
    QString network() const;
    void setNetwork(const QString &plugin);
    Accelerator accelerator() const;
    void setAccelerator(Accelerator accelerator);
    /// Address of this power-on; empty while it has none.
    QString address() const;
    void setAddress(const QString &address);
    /// `127.0.0.1:40022` if the guest is reached through a forward.
    QString endpoint() const;
    void setEndpoint(const QString &endpoint);
    /// Milliseconds since the epoch UTC; 0 when it does not run.
    qint64 startedAtMs() const;
    void setStartedAtMs(qint64 ms);
    qint64 createdAtMs() const;
    void setCreatedAtMs(qint64 ms);

    /// As message Vm in ghost/agent/v1.
    QCborMap toCbor() const;
};

} // namespace ghost
