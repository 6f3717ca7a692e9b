// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <vector>

#include "bench/Bench.h"
#include "ghost/Storage.h"

namespace ghost::kit {

/// A storage driver under test. Every volume is removed at the end of the row.
class VolumeBench
{
public:
    explicit VolumeBench(Bench &bench);
    ~VolumeBench();
    VolumeBench(const VolumeBench &) = delete;
    VolumeBench &operator=(const VolumeBench &) = delete;

    /// An empty disk of 8 MiB.
    VolumeSpec spec(const QString &name = QStringLiteral("kit")) const;
    Result<VolumeInfo> create(const VolumeSpec &spec);
    Result<VolumeInfo> create(const VolumeSpec &spec, Call &call);
    Result<void> remove(VolumeId id);
    Result<void> remove(VolumeId id, Call &call);
    Result<VolumeInfo> resize(VolumeId id, qint64 sizeBytes);
    Result<VolumeInfo> resize(VolumeId id, qint64 sizeBytes, Call &call);
    Result<VolumeInfo> inspect(VolumeId id);
    Result<DiskSource> source(VolumeId id);
    QSet<VolumeId> listed();
    /// Files in the folders of this agent.
    QStringList files();

    Bench &bench() { return m_bench; }

private:
    Storage &driver();
    void sweep();

    Bench &m_bench;
    std::mutex m_mutex;
    std::vector<VolumeId> m_made;
};

} // namespace ghost::kit
