// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FaultyStorage.h"

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>

namespace ghost {

namespace {

Error unknown(VolumeId id)
{
    return Error(Code::NotFound, QStringLiteral("no volume %1").arg(id.toString()));
}

Error wrong(const char *field, const QString &what)
{
    return Error(Code::InvalidArgument, what).withField(QLatin1String(field));
}

VolumeInfo infoOf(VolumeId id, qint64 sizeBytes)
{
    VolumeInfo info;
    info.setId(id);
    info.setSizeBytes(sizeBytes);
    return info;
}

void write(const QString &path, const QByteArray &text = {})
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
        qFatal("cannot write %s", qPrintable(path));
}

} // namespace

void FaultyStorage::takeUp()
{
    if (has("restart-volume") || (has("killed-volume") && QFile::exists(runningMark())))
        forgetAll();
    if (has("killed-volume"))
        write(runningMark());
}

Result<void> FaultyStorage::deactivate(Call &)
{
    QFile::remove(runningMark());
    return {};
}

Result<void> FaultyStorage::check(const VolumeSpec &spec) const
{
    if (has("bad-volume"))
        return {};
    if (spec.id().isNull())
        return wrong("id", QStringLiteral("a volume needs an id"));
    if (spec.sizeBytes() < 0)
        return wrong("size_bytes", QStringLiteral("no size"));
    if (spec.origin() == VolumeSpec::Origin::Image && !QFile::exists(spec.imagePath()))
        return wrong("image_path", QStringLiteral("no image"));
    return {};
}

Result<VolumeInfo> FaultyStorage::create(const VolumeSpec &spec, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    if (const auto ok = check(spec); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    if (const QString known = fileOf(spec.id()); !known.isEmpty()) {
        if (has("create-volume-ten-times"))
            return Error(Code::AlreadyExists, QStringLiteral("there is one already"));
        return infoOf(spec.id(), QFileInfo(known).size());
    }
    auto made = make(spec);
    if (has("cancelled-volume")) {
        Signal never;
        if (call.waitAtMost(never, std::chrono::milliseconds(300)) == Call::Wake::Cancelled)
            return Error(Code::Cancelled, QStringLiteral("as was wished"));
    }
    return made;
}

// The caller holds m_mutex.
Result<VolumeInfo> FaultyStorage::make(const VolumeSpec &spec) const
{
    const bool isSeed = spec.origin() == VolumeSpec::Origin::SeedFiles;
    QFile file(inDisks(spec.id().toString() + (isSeed ? QStringLiteral(".seed") : QStringLiteral(".img"))));
    const qint64 size = isSeed ? 1 << 20 : std::max<qint64>(spec.sizeBytes(), 0);
    if (!file.open(QIODevice::WriteOnly) || !file.resize(size))
        return Error(Code::ResourceExhausted, file.errorString());
    if (has("odd-volume-names") && spec.name().contains(QStringLiteral("escape")))
        write(QDir::cleanPath(folder(Folder::Data) + u'/' + spec.name()));
    return infoOf(spec.id(), size);
}

Result<void> FaultyStorage::remove(VolumeId id, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    const QString known = fileOf(id);
    if (known.isEmpty() && has("remove-volume-ten-times"))
        return unknown(id);
    if (has("remove-volume-files"))
        QFile::rename(known, known + QStringLiteral(".old"));
    if (!known.isEmpty())
        QFile::remove(known);
    return {};
}

Result<VolumeInfo> FaultyStorage::resize(VolumeId id, qint64 sizeBytes, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const std::scoped_lock lock(m_mutex);
    const QString known = fileOf(id);
    if (known.isEmpty())
        return unknown(id);
    if (sizeBytes < QFileInfo(known).size() && !has("resize-grows"))
        return wrong("size_bytes", QStringLiteral("it never shrinks"));
    if (!QFile::resize(known, sizeBytes))
        return Error(Code::ResourceExhausted, QStringLiteral("no room"));
    return infoOf(id, sizeBytes);
}

Result<VolumeInfo> FaultyStorage::inspect(VolumeId id, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const QString known = fileOf(id);
    if (known.isEmpty() && has("volume-life"))
        return infoOf(id, 0);
    if (known.isEmpty() && has("unknown-volume"))
        return Error(Code::FailedPrecondition, QStringLiteral("nothing to see"));
    return known.isEmpty() ? Result<VolumeInfo>(unknown(id)) : infoOf(id, QFileInfo(known).size());
}

Result<QList<VolumeInfo>> FaultyStorage::list(Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    QList<VolumeInfo> infos;
    const QDir disks(folder(Folder::Disks));
    for (const QFileInfo &file : disks.entryInfoList({QStringLiteral("*.img"), QStringLiteral("*.seed")}, QDir::Files))
        if (const VolumeId id = VolumeId::fromString(file.baseName()); !id.isNull())
            infos.append(infoOf(id, file.size()));
    if (has("list-volumes") && !infos.isEmpty())
        infos.removeLast();
    return infos;
}

Result<DiskSource> FaultyStorage::source(VolumeId id, Call &call)
{
    if (const auto ok = before(call); !ok)
        return ok.error();
    const QString known = fileOf(id);
    if (known.isEmpty())
        return unknown(id);
    DiskSource source;
    source.setVolume(id);
    source.setPath(has("volume-twins") ? inDisks(QStringLiteral("shared")) : known);
    source.setFormat(has("volume-source") ? QStringLiteral("vmdk") : QStringLiteral("raw"));
    source.setReadOnly(known.endsWith(QStringLiteral(".seed")) && !has("seed"));
    return source;
}

QString FaultyStorage::fileOf(VolumeId id) const
{
    for (const char *suffix : {".img", ".seed"})
        if (const QString path = inDisks(id.toString() + QLatin1String(suffix)); QFile::exists(path))
            return path;
    return {};
}

QString FaultyStorage::inDisks(const QString &name) const
{
    return folder(Folder::Disks) + u'/' + name;
}

QString FaultyStorage::runningMark() const
{
    return folder(Folder::Data) + QStringLiteral("/running");
}

void FaultyStorage::forgetAll() const
{
    QDir disks(folder(Folder::Disks));
    for (const QString &file : disks.entryList(QDir::Files))
        disks.remove(file);
}

} // namespace ghost
