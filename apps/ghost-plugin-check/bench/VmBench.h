// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include <QtCore/QFile>

#include "bench/Bench.h"
#include "ghost/Hypervisor.h"

namespace ghost::kit {

/// A hypervisor under test: starts the plugin, makes specs that suit it, and takes away every VM at the end of the row,
/// whatever happened. Calls may come from several threads.
class VmBench
{
public:
    explicit VmBench(Bench &bench);
    ~VmBench();
    VmBench(const VmBench &) = delete;
    VmBench &operator=(const VmBench &) = delete;

    /// A small VM with a blank disk and a port, as far as the driver has such. Nothing boots in it: its firmware is
    /// busy and deaf.
    VmSpec spec(const QString &name = QStringLiteral("kit"));
    /// The same with a copy of the image that the kit was given; skips the row when there is none.
    VmSpec bootingSpec();

    Result<VmInfo> create(const VmSpec &spec);
    Result<VmInfo> create(const VmSpec &spec, Call &call);
    Result<VmInfo> powerOn(VmId id);
    Result<VmInfo> powerOn(VmId id, Call &call);
    Result<VmInfo> powerOff(VmId id, const PowerOff &how);
    Result<VmInfo> powerOff(VmId id, const PowerOff &how, Call &call);
    Result<VmInfo> cutPower(VmId id) { return powerOff(id, {.force = true}); }
    Result<void> remove(VmId id);
    Result<void> remove(VmId id, Call &call);
    Result<VmInfo> inspect(VmId id);
    Result<VmInfo> inspect(VmId id, Call &call);
    Result<QList<VmInfo>> list();
    Result<QList<VmInfo>> list(Call &call);
    Capabilities capabilities();

    /// Makes a VM, which must succeed.
    VmId stopped(const QString &name = QStringLiteral("kit"));
    /// Makes and starts one.
    VmId running(const QString &name = QStringLiteral("kit"));
    VmState state(VmId id);
    /// Fails the row when @p stopped says that a VM with a blank disk obeyed a polite stop: firmware does not hear the
    /// power button. Without disks a driver boots what it likes, and the row is skipped.
    void mustBeDeaf(const Result<VmInfo> &stopped);
    QSet<VmId> listed();

    /// A facet, which the row's table demands.
    template <class Facet>
    Facet &facet()
    {
        auto *facet = m_bench.as<Facet>();
        must(facet, QStringLiteral("declares a facet that its root object has not got"));
        return *facet;
    }

    Bench &bench() { return m_bench; }
    /// Folder where disks of this row stand.
    QString disks() { return m_bench.context().folder(Folder::Disks); }

private:
    Hypervisor &hypervisor();
    DiskSource blankDisk(VmId id);
    void sweep();

    Bench &m_bench;
    std::mutex m_mutex;
    std::vector<VmId> m_made; ///< noted before create is called: a half-made VM is one, too
};

} // namespace ghost::kit
