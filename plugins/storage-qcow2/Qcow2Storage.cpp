// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Qcow2Storage.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonObject>
#include <QtCore/QScopeGuard>

#include "VolumeRules.h"
#include "files/DurableFiles.h"
#include "qemu-img/DiskSpace.h"

namespace ghost {

Result<void> Qcow2Storage::activate(PluginContext &context, const QJsonObject &config, Call &call)
{
    m_context = &context;
    m_disks = context.folder(Folder::Disks);
    m_images = context.folder(Folder::Images);
    const QString volumes = QDir(context.folder(Folder::Data)).filePath(QStringLiteral("volumes"));
    if (!QDir().mkpath(volumes))
        return Error(Code::FailedPrecondition, QStringLiteral("cannot make folder %1").arg(volumes));
    m_index = VolumeIndex(volumes);
    m_access =
        DiskAccess(config.value(QStringLiteral("user")).toString(), config.value(QStringLiteral("group")).toString());
    if (auto writable = m_access.probe(m_disks); !writable)
        return writable;
    m_files = VolumeFiles(m_disks, m_images, config.value(QStringLiteral("reserve_bytes")).toInteger(), m_access);
    finishInterrupted();
    if (auto known = list(call); !known) // looks at each disk, and sets the first Health
        return known.error();
    return {};
}

Result<void> Qcow2Storage::deactivate(Call &)
{
    return {};
}

Result<VolumeInfo> Qcow2Storage::create(const VolumeSpec &spec, Call &call)
{
    if (auto right = checkVolumeSpec(spec); !right)
        return right.error();
    if (m_index.contains(spec.id()))
        return inspect(spec.id(), call);
    const QString file = volumeFileName(spec);
    const auto claim = m_claims.claim(file);
    if (!claim)
        return Error(Code::Busy, QStringLiteral("disk '%1' is being made by another operation").arg(file));
    if (auto free = requireNameFree(file); !free)
        return free.error();

    const QString temporary = m_files.temporaryPathOf(spec.id());
    auto cleanUp = qScopeGuard([&temporary] { QFile::remove(temporary); });
    const Result<VolumeRecord> record = m_files.make(spec, call);
    if (!record)
        return record.error().within(QStringLiteral("disk '%1'").arg(file));
    if (auto wanted = call.check(); !wanted)
        return wanted.error();

    // From here on the call is not cancelled any more: it is done in a few milliseconds.
    Result<void> kept = m_index.write(*record);
    if (kept)
        kept = placeFile(temporary, m_files.pathOf(file));
    if (!kept) {
        if (auto undone = m_index.remove(spec.id()); !undone)
            call.log(LogLevel::Error, undone.error().text());
        return kept.error().within(QStringLiteral("disk '%1'").arg(file));
    }
    cleanUp.dismiss();
    return m_files.inspect(*record);
}

Result<void> Qcow2Storage::requireNameFree(const QString &file) const
{
    const VolumeIndex::Content content = m_index.readAll();
    for (const VolumeRecord &record : content.records) {
        if (record.file == file)
            return Error(Code::AlreadyExists,
                         QStringLiteral("disk '%1' belongs to volume %2").arg(file, record.id.toString()));
    }
    if (VolumeFiles::isThere(m_files.pathOf(file)))
        return Error(Code::AlreadyExists,
                     QStringLiteral("%1 exists and was not made by this agent").arg(m_files.pathOf(file)))
            .withHint(QStringLiteral("move it away or choose another name"));
    return {};
}

Result<void> Qcow2Storage::remove(VolumeId id, Call &call)
{
    if (auto wanted = call.check(); !wanted)
        return wanted;
    const QString temporary = m_files.temporaryPathOf(id);
    const Result<VolumeRecord> record = m_index.read(id);
    if (!record && record.error().code() != Code::NotFound)
        return record.error();
    const bool neverNamed = VolumeFiles::isThere(temporary); // then a file with the final name is somebody else's
    if (auto removed = removeFile(temporary); !removed)
        return removed;
    if (!record)
        return {};
    // First the file: a kill in between leaves a record, and the next remove finishes.
    if (!neverNamed) {
        if (auto removed = removeFile(m_files.pathOf(record->file)); !removed)
            return removed;
    }
    return m_index.remove(id);
}

Result<VolumeInfo> Qcow2Storage::resize(VolumeId id, qint64 sizeBytes, Call &call)
{
    Result<VolumeRecord> record = m_index.read(id);
    if (!record)
        return record.error();
    if (record->kind != VolumeRecord::Kind::Disk)
        return Error(Code::Unsupported, QStringLiteral("'%1' is a seed image: its size is fixed").arg(record->file));
    if (auto unchanged = m_files.requireUnchangedHeader(*record); !unchanged)
        return unchanged.error();
    Result<VolumeInfo> now = m_files.inspect(*record);
    if (!now || now->sizeBytes() == sizeBytes)
        return now;
    if (sizeBytes < now->sizeBytes() || sizeBytes > largestVolumeBytes)
        return Error(Code::InvalidArgument,
                     QStringLiteral("disk '%1' has %2: it can grow to at most %3, and never shrink")
                         .arg(record->file, bytesText(now->sizeBytes()), bytesText(largestVolumeBytes)))
            .withField(QStringLiteral("size_bytes"));
    if (auto grown = m_files.grow(*record, sizeBytes, call); !grown)
        return grown.error().within(QStringLiteral("disk '%1'").arg(record->file));
    record->sizeBytes = sizeBytes;
    if (auto kept = m_index.write(*record); !kept)
        return kept.error();
    return m_files.inspect(*record);
}

Result<VolumeInfo> Qcow2Storage::inspect(VolumeId id, Call &)
{
    const Result<VolumeRecord> record = m_index.read(id);
    if (!record)
        return record.error();
    return m_files.inspect(*record);
}

Result<QList<VolumeInfo>> Qcow2Storage::list(Call &)
{
    VolumeIndex::Content content = m_index.readAll();
    QList<VolumeInfo> volumes;
    for (const VolumeRecord &record : content.records) {
        const Result<VolumeInfo> info = m_files.inspect(record);
        if (info) {
            volumes.append(*info);
            continue;
        }
        if (!m_index.contains(record.id)) // removed meanwhile
            continue;
        content.problems.append(info.error().message());
        VolumeInfo remembered; // shown all the same: what cannot be seen is not gone
        remembered.setId(record.id);
        remembered.setName(record.name);
        remembered.setSizeBytes(record.sizeBytes);
        volumes.append(remembered);
    }
    reportHealth(content.problems);
    return volumes;
}

Result<DiskSource> Qcow2Storage::source(VolumeId id, Call &)
{
    const Result<VolumeRecord> record = m_index.read(id);
    if (!record)
        return record.error();
    if (auto info = m_files.inspect(*record); !info)
        return info.error();
    if (auto unchanged = m_files.requireUnchangedHeader(*record); !unchanged)
        return unchanged.error();
    const bool isSeed = record->kind == VolumeRecord::Kind::Seed;
    DiskSource source;
    source.setVolume(id);
    source.setPath(m_files.pathOf(record->file));
    source.setFormat(isSeed ? QStringLiteral("raw") : QStringLiteral("qcow2"));
    source.setReadOnly(isSeed);
    return source;
}

void Qcow2Storage::finishInterrupted()
{
    m_index.removeLeftovers();
    const QDir disks(m_disks);
    const QStringList leftovers = disks.entryList({QStringLiteral(".*.tmp")}, QDir::Files | QDir::Hidden);
    for (const QString &leftover : leftovers) {
        const VolumeId id = VolumeId::fromString(leftover.mid(1, leftover.size() - 5));
        if (leftover.startsWith(QStringLiteral(".probe-"))) // of DiskAccess
            QFile::remove(m_files.pathOf(leftover));
        if (id.isNull())
            continue; // not one of ours
        const Result<VolumeRecord> record = m_index.read(id);
        Result<void> done;
        if (record && !VolumeFiles::isThere(m_files.pathOf(record->file))) {
            done = placeFile(m_files.temporaryPathOf(id), m_files.pathOf(record->file));
        } else {
            done = removeFile(m_files.temporaryPathOf(id));
            if (done && record)
                done = m_index.remove(id);
        }
        m_context->log(
            done ? LogLevel::Info : LogLevel::Warning,
            done ? QStringLiteral("finished what an interrupted create had left of volume %1").arg(id.toString())
                 : done.error().text());
    }
}

void Qcow2Storage::reportHealth(const QStringList &volumeProblems)
{
    QStringList problems = volumeProblems + m_access.problems({m_disks, m_images});
    if (auto installed = m_files.requirePrograms(); !installed)
        problems.append(installed.error().text());
    const Health health(problems.isEmpty() ? Health::Status::Ready : Health::Status::Degraded,
                        problems.join(QStringLiteral("; ")));
    const std::scoped_lock lock(m_mutex);
    if (health == m_reported)
        return;
    m_reported = health;
    for (const QString &problem : problems)
        m_context->log(LogLevel::Warning, problem);
    m_context->setHealth(health);
}

} // namespace ghost
