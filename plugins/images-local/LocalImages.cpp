// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "LocalImages.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QJsonObject>
#include <QtCore/QRegularExpression>
#include <QtCore/QScopeGuard>
#include <QtCore/QUuid>

#include "ImageReceiver.h"
#include "files/DurableFiles.h"
#include "qemu-img/DiskSpace.h"
#include "qemu-img/Qcow2Header.h"

namespace ghost {

namespace {

const auto suffix = QStringLiteral(".qcow2");
/// Carries the plugin's name: other image sources share the folder.
const auto temporaryPrefix = QStringLiteral(".images-local-");

const auto reserveSetting = QStringLiteral("settings.images-local.reserve_bytes");

bool isImageName(const QString &name)
{
    static const QRegularExpression pattern(QStringLiteral("^[a-z0-9][a-z0-9._-]{0,63}\\z"));
    return pattern.match(name).hasMatch();
}

Result<void> requireImageName(const QString &name)
{
    if (isImageName(name))
        return {};
    return Error(Code::InvalidArgument,
                 QStringLiteral("image name '%1': 1 to 64 of a-z 0-9 . _ - are allowed, a letter or digit first")
                     .arg(name.left(80)))
        .withField(QStringLiteral("name"));
}

} // namespace

Result<void> LocalImages::activate(PluginContext &context, const QJsonObject &config, Call &call)
{
    m_context = &context;
    m_folder = context.folder(Folder::Images);
    m_reserveBytes = config.value(QStringLiteral("reserve_bytes")).toInteger();
    removeLeftovers();
    if (auto images = list(call); !images) // logs what is in the folder and cannot be used
        return images.error();
    if (auto installed = m_qemuImg.requireInstalled(); !installed)
        context.setHealth(Health(Health::Status::Degraded, installed.error().text()));
    else if (::access(QFile::encodeName(m_folder).constData(), W_OK) != 0)
        context.setHealth(Health(Health::Status::Degraded,
                                 fileError(QStringLiteral("cannot import to %1").arg(m_folder), errno).text()));
    else
        context.setHealth(Health(Health::Status::Ready, {}));
    return {};
}

Result<void> LocalImages::deactivate(Call &)
{
    return {};
}

Result<ImageInfo> LocalImages::resolve(const ImageRef &ref, Call &call)
{
    Result<ImageInfo> info = inspect(ref.name());
    if (info || info.error().code() != Code::NotFound)
        return info;
    const Result<QList<ImageInfo>> images = list(call);
    if (!images)
        return images.error();
    QStringList names;
    for (const ImageInfo &image : *images)
        names.append(image.name());
    const QString there = names.isEmpty() ? QStringLiteral("there is none yet")
                                          : QStringLiteral("there is: %1").arg(names.join(QStringLiteral(", ")));
    return Error(Code::NotFound, QStringLiteral("no image '%1': %2").arg(ref.name(), there))
        .withHint(QStringLiteral("import one with `ghostctl image import`"));
}

Result<LocalImage> LocalImages::fetch(const ImageRef &ref, Call &call)
{
    const Result<ImageInfo> info = resolve(ref, call);
    if (!info)
        return info.error();
    LocalImage image;
    image.setInfo(*info);
    image.setPath(pathOf(ref.name()));
    // One that the owner put here may be writable, or closed to QEMU's user. It may also belong to somebody else, then
    // so be it.
    if (::chmod(QFile::encodeName(image.path()).constData(), 0444) != 0)
        call.log(LogLevel::Debug, fileError(image.path(), errno).message());
    return image;
}

Result<ImageInfo> LocalImages::import(const QString &name, int input, qint64 sizeBytes, Call &call)
{
    if (auto right = requireImageName(name); !right)
        return right.error();
    if (sizeBytes <= 0)
        return Error(Code::InvalidArgument, QStringLiteral("an image of %1 bytes is not possible").arg(sizeBytes))
            .withField(QStringLiteral("size_bytes"));
    const auto claim = m_claims.claim(name);
    if (!claim)
        return Error(Code::Busy, QStringLiteral("image '%1' is being imported by another operation").arg(name));
    struct stat status = {};
    if (::lstat(QFile::encodeName(pathOf(name)).constData(), &status) == 0)
        return Error(Code::AlreadyExists, QStringLiteral("image '%1' exists").arg(name));
    if (auto room = requireFreeBytes(m_folder, sizeBytes, m_reserveBytes, reserveSetting); !room)
        return room.error();

    const QString unique = QUuid::createUuid().toString(QUuid::WithoutBraces);
    const QString temporary = QDir(m_folder).filePath(temporaryPrefix + unique + QStringLiteral(".tmp"));
    const UniqueFd file(::open(QFile::encodeName(temporary).constData(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file)
        return fileError(temporary, errno);
    auto cleanUp = qScopeGuard([&temporary] { QFile::remove(temporary); });
    if (auto received = ImageReceiver(input, sizeBytes).receive(file.get(), call); !received)
        return received.error().within(QStringLiteral("image '%1'").arg(name));
    if (auto usable = requireUsable(file.get(), temporary, call); !usable)
        return usable.error().within(QStringLiteral("image '%1'").arg(name));
    if (::fchmod(file.get(), 0444) != 0 || ::fsync(file.get()) != 0)
        return fileError(temporary, errno);
    if (auto wanted = call.check(); !wanted)
        return wanted.error();
    if (auto placed = placeFile(temporary, pathOf(name)); !placed)
        return placed.error();
    cleanUp.dismiss();
    return inspect(name);
}

Result<void> LocalImages::requireUsable(int file, const QString &path, Call &call) const
{
    const Result<Qcow2Header> header = Qcow2Header::read(file);
    if (!header)
        return header.error();
    if (auto alone = header->requireSelfContained(); !alone)
        return alone;
    call.progress(100, QStringLiteral("checking the image"));
    const Result<QemuImg::Info> info = m_qemuImg.info(path, call);
    if (!info && info.error().code() == Code::FailedPrecondition) // QEMU would not open it
        return Error(Code::InvalidArgument, info.error().message());
    if (!info)
        return info.error();
    // Two readers of one header that differ are an attack on one of them.
    if (info->virtualBytes != header->virtualBytes() || !info->backingFile.isEmpty() || !info->dataFile.isEmpty())
        return Error(Code::InvalidArgument, QStringLiteral("the image's header is contradictory"));
    return m_qemuImg.check(path, call);
}

Result<void> LocalImages::remove(const ImageRef &ref, Call &)
{
    if (auto right = requireImageName(ref.name()); !right)
        return right;
    return removeFile(pathOf(ref.name()));
}

Result<QList<ImageInfo>> LocalImages::list(Call &)
{
    QList<ImageInfo> images;
    const QStringList files =
        QDir(m_folder).entryList({QLatin1Char('*') + suffix}, QDir::Files | QDir::System, QDir::Name);
    for (const QString &file : files) {
        const QString name = file.chopped(suffix.size());
        const Result<ImageInfo> info = inspect(name);
        if (info)
            images.append(*info);
        else if (info.error().code() != Code::NotFound || !isImageName(name))
            logUnusable(
                QStringLiteral("%1 is not used: %2")
                    .arg(file, isImageName(name) ? info.error().text() : QStringLiteral("not an image's name")));
    }
    return images;
}

Result<ImageInfo> LocalImages::inspect(const QString &name) const
{
    struct stat status = {};
    if (!isImageName(name) || ::lstat(QFile::encodeName(pathOf(name)).constData(), &status) != 0)
        return Error(Code::NotFound, QStringLiteral("no image '%1'").arg(name));
    // A link could point out of the root, which may be moved; and out of what QEMU's user can reach.
    const Result<Qcow2Header> header = S_ISLNK(status.st_mode)
                                           ? Error(Code::FailedPrecondition, QStringLiteral("it is a symbolic link"))
                                           : Qcow2Header::readFile(pathOf(name));
    const Result<void> usable = header ? header->requireSelfContained() : header.error();
    if (!usable)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("image '%1' cannot be used: %2").arg(name, usable.error().message()));
    ImageInfo info;
    info.setName(name);
    info.setFormat(QStringLiteral("qcow2"));
    info.setFileBytes(status.st_size);
    info.setDiskBytes(header->virtualBytes());
    info.setImportedAtMs(qint64(status.st_mtim.tv_sec) * 1000 + status.st_mtim.tv_nsec / 1000000);
    return info;
}

QString LocalImages::pathOf(const QString &name) const
{
    return QDir(m_folder).filePath(name + suffix);
}

void LocalImages::removeLeftovers()
{
    QDir folder(m_folder);
    const QStringList leftovers =
        folder.entryList({temporaryPrefix + QStringLiteral("*.tmp")}, QDir::Files | QDir::Hidden);
    for (const QString &leftover : leftovers) {
        if (folder.remove(leftover))
            m_context->log(LogLevel::Info,
                           QStringLiteral("removed what an interrupted import had left: %1").arg(leftover));
    }
}

void LocalImages::logUnusable(const QString &reason)
{
    const std::scoped_lock lock(m_mutex);
    if (m_logged.contains(reason))
        return;
    m_logged.insert(reason);
    m_context->log(LogLevel::Warning, reason);
}

} // namespace ghost
