// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "commands/CommandHandler.h"
#include "ghost/ImageInfo.h"
#include "ghost/VmSpec.h"
#include "host/Drivers.h"
#include "state/VmRecord.h"

namespace ghost {

/// The parts of one VM and the drivers that own them: what create makes, start puts together again and delete removes.
class VmParts
{
public:
    /// Unavailable if one of the record's drivers is not active.
    static Result<VmParts> of(const VmRecord &record, const Services &services);

    const VmRecord &record() const { return m_record; }
    const Driver<Hypervisor> &hypervisor() const { return m_hypervisor; }
    bool hasDisk() const { return m_storage.role; }
    bool hasNetwork() const { return m_network.role; }

    Result<void> createDisk(const LocalImage &image, Call &call);
    Result<void> createSeed(const QStringList &sshKeys, Call &call);
    Result<void> removeDisk(Call &call);
    Result<void> removeSeed(Call &call);
    /// The network is there and the VM has its port.
    Result<void> plug(Call &call);
    Result<void> unplug(Call &call);
    /// The VM in the hypervisor's hands, with its parts where they are here and now. Known already: takes the new
    /// places.
    Result<VmInfo> define(Call &call);
    Result<VmInfo> powerOn(Call &call);
    Result<VmInfo> powerOff(const PowerOff &how, Call &call);
    Result<void> remove(Call &call);

private:
    Result<VmSpec> spec(Call &call);

    VmRecord m_record;
    NetworkId m_networkId;
    Driver<Hypervisor> m_hypervisor;
    Driver<Network> m_network;
    Driver<Storage> m_storage;
};

/// Fields of a NoCloud seed for a guest of that name.
QMap<QString, QByteArray> seedFiles(VmId id, const QString &name, const QStringList &sshKeys);

} // namespace ghost
