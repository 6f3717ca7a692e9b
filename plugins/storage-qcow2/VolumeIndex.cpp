// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VolumeIndex.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

#include "files/DurableFiles.h"

namespace ghost {

namespace {

const auto schemaKey = QStringLiteral("schema");
const auto idKey = QStringLiteral("id");
const auto nameKey = QStringLiteral("name");
const auto kindKey = QStringLiteral("kind");
const auto fileKey = QStringLiteral("file");
const auto backingKey = QStringLiteral("backing");
const auto sizeKey = QStringLiteral("sizeBytes");
const auto diskKind = QStringLiteral("disk");
const auto seedKind = QStringLiteral("seed");
const auto suffix = QStringLiteral(".json");
constexpr int schema = 1;

QJsonObject toJson(const VolumeRecord &record)
{
    return {{schemaKey, schema},        {idKey, record.id.toString()},
            {nameKey, record.name},     {kindKey, record.kind == VolumeRecord::Kind::Seed ? seedKind : diskKind},
            {fileKey, record.file},     {backingKey, record.backing},
            {sizeKey, record.sizeBytes}};
}

Result<VolumeRecord> fromJson(const QJsonObject &object, const QString &path)
{
    if (object.value(schemaKey).toInt() != schema)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("%1: written by another version of this plugin").arg(path));
    VolumeRecord record;
    record.id = VolumeId::fromString(object.value(idKey).toString());
    record.name = object.value(nameKey).toString();
    const QString kind = object.value(kindKey).toString();
    record.kind = kind == diskKind   ? VolumeRecord::Kind::Disk
                  : kind == seedKind ? VolumeRecord::Kind::Seed
                                     : VolumeRecord::Kind::Unspecified;
    record.file = object.value(fileKey).toString();
    record.backing = object.value(backingKey).toString();
    record.sizeBytes = object.value(sizeKey).toInteger();
    // A file name with a slash would let a damaged record remove something outside the disks folder.
    const bool fileIsName = !record.file.isEmpty() && !record.file.contains(u'/') && !record.file.startsWith(u'.');
    if (record.id.toString() + suffix != QFileInfo(path).fileName() || record.kind == VolumeRecord::Kind::Unspecified ||
        !fileIsName)
        return Error(Code::FailedPrecondition, QStringLiteral("%1: damaged record of a disk").arg(path));
    return record;
}

} // namespace

VolumeIndex::VolumeIndex(const QString &folder)
    : m_folder(folder)
{}

QString VolumeIndex::pathOf(VolumeId id) const
{
    return QDir(m_folder).filePath(id.toString() + suffix);
}

bool VolumeIndex::contains(VolumeId id) const
{
    return QFileInfo::exists(pathOf(id));
}

Result<VolumeRecord> VolumeIndex::read(VolumeId id) const
{
    const Result<QJsonObject> object = readJson(pathOf(id));
    if (!object && object.error().code() == Code::NotFound)
        return Error(Code::NotFound, QStringLiteral("no disk %1").arg(id.toString()));
    if (!object)
        return object.error();
    return fromJson(*object, pathOf(id));
}

Result<void> VolumeIndex::write(const VolumeRecord &record) const
{
    return writeJson(pathOf(record.id), toJson(record));
}

Result<void> VolumeIndex::remove(VolumeId id) const
{
    return removeFile(pathOf(id));
}

VolumeIndex::Content VolumeIndex::readAll() const
{
    Content content;
    const QDir folder(m_folder);
    const QStringList files = folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name);
    for (const QString &file : files) {
        const QString path = folder.filePath(file);
        const Result<QJsonObject> object = readJson(path);
        const Result<VolumeRecord> record = object ? fromJson(*object, path) : object.error();
        if (record)
            content.records.append(*record);
        else if (record.error().code() != Code::NotFound) // removed since we listed the folder
            content.problems.append(record.error().message());
    }
    return content;
}

void VolumeIndex::removeLeftovers() const
{
    QDir folder(m_folder);
    const QStringList files = folder.entryList({QStringLiteral("*.json.tmp")}, QDir::Files);
    for (const QString &file : files)
        folder.remove(file);
}

} // namespace ghost
