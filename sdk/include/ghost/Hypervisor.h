// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ghost/Capabilities.h"
#include "ghost/Plugin.h"
#include "ghost/VmInfo.h"
#include "ghost/VmUsage.h"

namespace ghost {

/// How a VM is to be powered off.
struct PowerOff
{
    /// True: power cut at once. False: guest agent, then ACPI, each up to graceSeconds.
    bool force = false;
    /// Patience with each polite way, seconds.
    int graceSeconds = 60;
    /// After the polite ways have failed, cut the power; without it the answer is then FailedPrecondition.
    bool forceAfterGrace = false;
};

/// A driver that runs VMs.
///
/// Calls block, on worker threads of the core. Changing calls for one VM never overlap, for different VMs they do;
/// questions come at any time from any thread. Every call is idempotent. Unavailable and DeadlineExceeded say nothing
/// about the outcome. Only VMs that carry this agent's id may be shown or touched: the owner's own VMs do not exist for
/// a driver.
class GHOST_SDK_EXPORT Hypervisor
{
public:
    virtual ~Hypervisor();
    /// From memory, at once, any thread.
    virtual Capabilities capabilities() const = 0;
    /// Makes the VM, stopped. Known id and spec equal in kind: Ok, and takes new places while stopped. Known id, other
    /// spec: AlreadyExists. A wrong spec: InvalidArgument with the field, nothing left.
    virtual Result<VmInfo> create(const VmSpec &spec, Call &call) = 0;
    /// Running already: Ok, no event. Paused: Ok, and it stays paused. Unknown id: NotFound.
    virtual Result<VmInfo> powerOn(VmId id, Call &call) = 0;
    /// Stopped already: Ok with AlreadyStopped. Unknown id: NotFound. VmInfo::stoppedBy() says what worked. A paused
    /// guest hears no polite way: as one that is deaf, it stays paused unless the power is to be cut.
    virtual Result<VmInfo> powerOff(VmId id, const PowerOff &how, Call &call) = 0;
    /// Forgets the VM, cutting its power if need be. Its disks are not the hypervisor's. Unknown id: Ok.
    virtual Result<void> remove(VmId id, Call &call) = 0;
    /// Unknown id: NotFound.
    virtual Result<VmInfo> inspect(VmId id, Call &call) = 0;
    /// Every VM that carries this agent's id.
    virtual Result<QList<VmInfo>> list(Call &call) = 0;
};

/// Facet: live counters.
class GHOST_SDK_EXPORT VmStats
{
public:
    virtual ~VmStats();
    /// All running VMs at once. One that cannot be asked is left out.
    virtual Result<QList<VmUsage>> usage(Call &call) = 0;
};

/// Facet: serial console.
class GHOST_SDK_EXPORT VmConsole
{
public:
    virtual ~VmConsole();
    /// One end of a stream socket that carries the guest's serial console; the caller owns and closes it, which ends
    /// the console and not the guest. Blocking or not: the caller may change it. A second open takes the console from
    /// the first. Stopped VM: FailedPrecondition.
    virtual Result<UniqueFd> openConsole(VmId id, Call &call) = 0;
};

/// Facet: hold a running VM still, with its memory.
class GHOST_SDK_EXPORT VmPause
{
public:
    virtual ~VmPause();
    /// Paused already: Ok. Not running: FailedPrecondition. Unknown id: NotFound.
    virtual Result<VmInfo> pause(VmId id, Call &call) = 0;
    /// Running already: Ok. Neither: FailedPrecondition. Unknown id: NotFound.
    virtual Result<VmInfo> resume(VmId id, Call &call) = 0;
};

/// Facet: change a VM's network port, running or not.
class GHOST_SDK_EXPORT VmNicUpdate
{
public:
    virtual ~VmNicUpdate();
    /// The port with nic.mac() has this target and these forwards from now on. What a running guest cannot take:
    /// FailedPrecondition, and nothing has changed. Unknown id or MAC: NotFound.
    virtual Result<void> updateNic(VmId id, const NicSource &nic, Call &call) = 0;
};

} // namespace ghost

Q_DECLARE_INTERFACE(ghost::Hypervisor, "org.ghost.Hypervisor/1")
Q_DECLARE_INTERFACE(ghost::VmStats, "org.ghost.VmStats/1")
Q_DECLARE_INTERFACE(ghost::VmConsole, "org.ghost.VmConsole/1")
Q_DECLARE_INTERFACE(ghost::VmPause, "org.ghost.VmPause/1")
Q_DECLARE_INTERFACE(ghost::VmNicUpdate, "org.ghost.VmNicUpdate/1")
