// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/VolumeBench.h"

#include "bench/Traces.h"

namespace ghost::kit {

namespace {

constexpr qint64 sizeBytes = 8 << 20;

} // namespace

VolumeBench::VolumeBench(Bench &bench)
    : m_bench(bench)
{
    if (!m_bench.isStarted())
        m_bench.start();
}

VolumeBench::~VolumeBench()
{
    if (m_bench.leavesThingsBehind())
        return;
    try {
        sweep();
    } catch (const RowFailed &failed) {
        m_bench.complain(failed.seen);
    }
}

VolumeSpec VolumeBench::spec(const QString &name) const
{
    VolumeSpec spec;
    spec.setId(VolumeId::create());
    spec.setName(name);
    spec.setOrigin(VolumeSpec::Origin::Empty);
    spec.setSizeBytes(sizeBytes);
    return spec;
}

Result<VolumeInfo> VolumeBench::create(const VolumeSpec &spec)
{
    KitCall call;
    return create(spec, call);
}

Result<VolumeInfo> VolumeBench::create(const VolumeSpec &spec, Call &call)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_made.push_back(spec.id());
    }
    return contained(m_bench.subject().metadata.id, [&] { return driver().create(spec, call); });
}

Result<void> VolumeBench::remove(VolumeId id)
{
    KitCall call;
    return remove(id, call);
}

Result<void> VolumeBench::remove(VolumeId id, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return driver().remove(id, call); });
}

Result<VolumeInfo> VolumeBench::resize(VolumeId id, qint64 bytes)
{
    KitCall call;
    return resize(id, bytes, call);
}

Result<VolumeInfo> VolumeBench::resize(VolumeId id, qint64 bytes, Call &call)
{
    return contained(m_bench.subject().metadata.id, [&] { return driver().resize(id, bytes, call); });
}

Result<VolumeInfo> VolumeBench::inspect(VolumeId id)
{
    return m_bench.call([&](Call &call) { return driver().inspect(id, call); });
}

Result<DiskSource> VolumeBench::source(VolumeId id)
{
    return m_bench.call([&](Call &call) { return driver().source(id, call); });
}

QSet<VolumeId> VolumeBench::listed()
{
    QSet<VolumeId> ids;
    for (const VolumeInfo &info : expect("list", m_bench.call([&](Call &call) { return driver().list(call); })).ok())
        ids.insert(info.id());
    return ids;
}

QStringList VolumeBench::files()
{
    return Traces::now(m_bench.room()).files.filter(QStringLiteral("agent/"));
}

Storage &VolumeBench::driver()
{
    auto *storage = m_bench.as<Storage>();
    must(storage, QStringLiteral("its root object is no ghost::Storage"));
    return *storage;
}

void VolumeBench::sweep()
{
    if (!m_bench.isStarted())
        m_bench.start();
    QSet<VolumeId> ids(m_made.begin(), m_made.end());
    ids.unite(listed());
    for (const VolumeId &id : ids)
        expect("remove at the end of the row", remove(id)).ok();
    expect("list after everything was removed", listed()).is({});
}

} // namespace ghost::kit
