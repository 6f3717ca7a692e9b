// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QObject>

#include "FaultyDriver.h"
#include "ghost/Storage.h"

namespace ghost {

/// A storage whose folder of disks is all that it knows: empty files `ID.img`, seeds `ID.seed`.
class FaultyStorage : public QObject, public FaultyDriver, public Storage
{
    Q_OBJECT
    Q_PLUGIN_METADATA(IID GHOST_PLUGIN_IID FILE "ghost-plugin.json")
    Q_INTERFACES(ghost::Plugin ghost::Storage)

public:
    Result<void> deactivate(Call &call) override;

    Result<VolumeInfo> create(const VolumeSpec &spec, Call &call) override;
    Result<void> remove(VolumeId id, Call &call) override;
    Result<VolumeInfo> resize(VolumeId id, qint64 sizeBytes, Call &call) override;
    Result<VolumeInfo> inspect(VolumeId id, Call &call) override;
    Result<QList<VolumeInfo>> list(Call &call) override;
    Result<DiskSource> source(VolumeId id, Call &call) override;

private:
    void takeUp() override;
    Result<void> before(Call &call) const { return begin(call, "deadline-of-volume", "volume-deadline-over"); }
    Result<void> check(const VolumeSpec &spec) const;
    Result<VolumeInfo> make(const VolumeSpec &spec) const;
    /// Empty when there is none.
    QString fileOf(VolumeId id) const;
    QString inDisks(const QString &name) const;
    QString runningMark() const;
    void forgetAll() const;

    std::mutex m_mutex; ///< for changes
};

} // namespace ghost
