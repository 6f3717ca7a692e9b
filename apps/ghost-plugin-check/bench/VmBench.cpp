// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/VmBench.h"

#include <exception>

#include <QtCore/QFile>
#include <QtCore/QRandomGenerator>

#include "config/ConfigSchema.h"

namespace ghost::kit {

namespace {

constexpr qint64 memoryBytes = 64 << 20;
constexpr qint64 blankDiskBytes = 4 << 20;

QString randomMac()
{
    const quint32 random = QRandomGenerator::global()->generate();
    return QStringLiteral("52:54:00:%1:%2:%3")
        .arg(random & 0xff, 2, 16, QLatin1Char('0'))
        .arg((random >> 8) & 0xff, 2, 16, QLatin1Char('0'))
        .arg((random >> 16) & 0xff, 2, 16, QLatin1Char('0'));
}

QString imageFormat(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && file.read(4) == QByteArray("QFI\xfb", 4) ? QStringLiteral("qcow2")
                                                                                      : QStringLiteral("raw");
}

} // namespace

VmBench::VmBench(Bench &bench)
    : m_bench(bench)
{
    if (!m_bench.isStarted())
        m_bench.start();
}

VmBench::~VmBench()
{
    if (m_bench.leavesThingsBehind())
        return;
    try {
        sweep();
    } catch (const RowFailed &failed) {
        m_bench.complain(failed.seen);
    }
}

VmSpec VmBench::spec(const QString &name)
{
    const Capabilities can = capabilities();
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setName(name);
    spec.setCpus(1);
    spec.setMemoryBytes(memoryBytes);
    // The same on every machine, where there is a choice.
    const bool emulates = can.accelerators().contains(Accelerator::Tcg) || can.accelerators().isEmpty();
    spec.setAccelerator(emulates ? Accelerator::Tcg : can.accelerators().first());
    const auto options = ConfigSchema::fromJson(m_bench.subject().metadata.vmOptions);
    if (options)
        spec.setOptions(options->complete({}, QStringLiteral("options")).value_or(QJsonObject()));
    if (can.usesVolumes())
        spec.setDisks({blankDisk(spec.id())});
    if (can.usesNetwork() && can.nicKinds().contains(NicSource::Kind::User)) {
        NicSource nic;
        nic.setKind(NicSource::Kind::User);
        nic.setMac(randomMac());
        spec.setNics({nic});
    }
    return spec;
}

VmSpec VmBench::bootingSpec()
{
    const QString image = m_bench.subject().image;
    if (image.isEmpty())
        throw RowSkipped{QStringLiteral("needs a guest that boots: --image FILE")};
    if (!capabilities().usesVolumes())
        throw RowSkipped{QStringLiteral("its VMs have no disks, so none can boot the image")};
    VmSpec spec = this->spec(QStringLiteral("booting"));
    spec.setMemoryBytes(4 * memoryBytes);
    DiskSource disk = spec.disks().first();
    QFile::remove(disk.path());
    disk.setPath(disk.path().chopped(4) + QStringLiteral(".qcow2"));
    disk.setFormat(imageFormat(image));
    must(QFile::copy(image, disk.path()), QStringLiteral("cannot copy %1 to %2").arg(image, disk.path()));
    spec.setDisks({disk});
    return spec;
}

DiskSource VmBench::blankDisk(VmId id)
{
    DiskSource disk;
    disk.setVolume(VolumeId::create());
    disk.setPath(QStringLiteral("%1/%2.img").arg(disks(), id.shortString()));
    disk.setFormat(QStringLiteral("raw"));
    QFile file(disk.path());
    must(file.open(QIODevice::WriteOnly) && file.resize(blankDiskBytes),
         QStringLiteral("%1: %2").arg(disk.path(), file.errorString()));
    return disk;
}

Result<VmInfo> VmBench::create(const VmSpec &spec)
{
    KitCall call;
    return create(spec, call);
}

Result<VmInfo> VmBench::create(const VmSpec &spec, Call &call)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_made.push_back(spec.id());
    }
    return contained(m_bench.subject().metadata.id, [&] { return hypervisor().create(spec, call); });
}

Result<VmInfo> VmBench::powerOn(VmId id)
{
    KitCall call;
    return powerOn(id, call);
}

Result<VmInfo> VmBench::powerOn(VmId id, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return hypervisor().powerOn(id, call); });
}

Result<VmInfo> VmBench::powerOff(VmId id, const PowerOff &how)
{
    KitCall call;
    return powerOff(id, how, call);
}

Result<VmInfo> VmBench::powerOff(VmId id, const PowerOff &how, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return hypervisor().powerOff(id, how, call); });
}

Result<void> VmBench::remove(VmId id)
{
    KitCall call;
    return remove(id, call);
}

Result<void> VmBench::remove(VmId id, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return hypervisor().remove(id, call); });
}

Result<VmInfo> VmBench::inspect(VmId id)
{
    KitCall call;
    return inspect(id, call);
}

Result<VmInfo> VmBench::inspect(VmId id, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return hypervisor().inspect(id, call); });
}

Result<QList<VmInfo>> VmBench::list()
{
    KitCall call;
    return list(call);
}

Result<QList<VmInfo>> VmBench::list(Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return hypervisor().list(call); });
}

Capabilities VmBench::capabilities()
{
    return hypervisor().capabilities();
}

VmId VmBench::stopped(const QString &name)
{
    return expect("create", create(spec(name))).ok().id();
}

VmId VmBench::running(const QString &name)
{
    const VmId id = stopped(name);
    expect("state that powerOn answers", expect("powerOn", powerOn(id)).ok().state()).is(VmState::Running);
    return id;
}

VmState VmBench::state(VmId id)
{
    return expect("inspect", inspect(id)).ok().state();
}

void VmBench::mustBeDeaf(const Result<VmInfo> &stopped)
{
    if (!stopped || (stopped->stoppedBy() != StopMethod::Acpi && stopped->stoppedBy() != StopMethod::GuestAgent))
        return;
    if (!capabilities().usesVolumes())
        throw RowSkipped{QStringLiteral("its VMs have no disks, and what runs in them heard the polite stop")};
    throw RowFailed{
        QStringLiteral("stoppedBy of a guest that has nothing to boot from: %1, but its firmware hears nobody")
            .arg(describe(stopped->stoppedBy()))};
}

QSet<VmId> VmBench::listed()
{
    QSet<VmId> ids;
    for (const VmInfo &info : expect("list", list()).ok())
        ids.insert(info.id());
    return ids;
}

Hypervisor &VmBench::hypervisor()
{
    auto *hypervisor = m_bench.as<Hypervisor>();
    must(hypervisor, QStringLiteral("its root object is no ghost::Hypervisor"));
    return *hypervisor;
}

// Also what no row knows of: made by a part of the row that was killed.
void VmBench::sweep()
{
    if (!m_bench.isStarted())
        m_bench.start();
    QSet<VmId> ids(m_made.begin(), m_made.end());
    if (const auto left = list())
        for (const VmInfo &info : *left)
            ids.insert(info.id());
    for (const VmId &id : ids)
        expect("remove at the end of the row", remove(id)).ok();
    expect("list after everything was removed", listed()).is({});
}

} // namespace ghost::kit
