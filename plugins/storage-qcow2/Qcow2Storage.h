// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "DiskAccess.h"
#include "VolumeFiles.h"
#include "VolumeIndex.h"
#include "ghost/Storage.h"
#include "qemu-img/NameClaims.h"

namespace ghost {

/// Disks as qcow2 files in the disks folder, seed images beside them.
///
/// A volume comes into being in four steps: the file under a name of its own (`.<id>.tmp`), complete and on disk; its
/// record in the index; the file's final name. Whatever a kill interrupts, the next activate() can tell: a temporary
/// file without record is removed, one with a record gets its name.
class Qcow2Storage : public Plugin, public Storage
{
public:
    Result<void> activate(PluginContext &context, const QJsonObject &config, Call &call) override;
    Result<void> deactivate(Call &call) override;

    Result<VolumeInfo> create(const VolumeSpec &spec, Call &call) override;
    Result<void> remove(VolumeId id, Call &call) override;
    Result<VolumeInfo> resize(VolumeId id, qint64 sizeBytes, Call &call) override;
    Result<VolumeInfo> inspect(VolumeId id, Call &call) override;
    Result<QList<VolumeInfo>> list(Call &call) override;
    Result<DiskSource> source(VolumeId id, Call &call) override;

private:
    void finishInterrupted();
    Result<void> requireNameFree(const QString &file) const;
    /// Tells the host when something about the disks or QEMU's way to them has changed.
    void reportHealth(const QStringList &volumeProblems);

    PluginContext *m_context = nullptr;
    QString m_disks;
    QString m_images;
    DiskAccess m_access;
    VolumeIndex m_index;
    VolumeFiles m_files;
    NameClaims m_claims;

    std::mutex m_mutex; ///< for what follows
    Health m_reported;
};

} // namespace ghost
