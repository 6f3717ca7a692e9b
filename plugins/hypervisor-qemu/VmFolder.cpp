// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VmFolder.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QFileInfo>
#include <QtCore/QStringList>

#include "files/DurableFiles.h"

namespace ghost {

namespace {

constexpr char specFile[] = "/spec.json";
constexpr char runFile[] = "/run.json";

sockaddr_un addressIn(int folder, const char *name)
{
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", folder, name);
    return address;
}

UniqueFd streamSocket()
{
    return UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

} // namespace

VmFolder::VmFolder(QString path)
    : m_path(std::move(path))
{}

bool VmFolder::lacksSpec() const
{
    struct stat status = {};
    return ::lstat(QFile::encodeName(m_path + QLatin1String(specFile)).constData(), &status) != 0 && errno == ENOENT;
}

Result<void> VmFolder::writeSpec(const QJsonObject &spec) const
{
    if (const auto made = make(); !made)
        return made.error();
    return writeJson(m_path + QLatin1String(specFile), spec);
}

Result<QJsonObject> VmFolder::readSpec() const
{
    return readJson(m_path + QLatin1String(specFile));
}

Result<void> VmFolder::writeRun(const QJsonObject &run) const
{
    return writeJson(m_path + QLatin1String(runFile), run);
}

Result<QJsonObject> VmFolder::readRun() const
{
    const auto run = readJson(m_path + QLatin1String(runFile));
    return !run && run.error().code() == Code::NotFound ? QJsonObject() : run;
}

Result<UniqueFd> VmFolder::listen(const char *name) const
{
    const auto folder = open();
    if (!folder)
        return folder.error();
    const QString path = QStringLiteral("%1/%2").arg(m_path, QLatin1String(name));
    if (::unlinkat(folder->get(), name, 0) != 0 && errno != ENOENT)
        return fileError(path, errno);
    UniqueFd socket = streamSocket();
    const sockaddr_un address = addressIn(folder->get(), name);
    constexpr int backlog = 16;
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
        ::listen(socket.get(), backlog) != 0)
        return fileError(path, errno);
    return socket;
}

Result<UniqueFd> VmFolder::connect(const char *name) const
{
    const auto folder = open();
    if (!folder)
        return folder.error();
    UniqueFd socket = streamSocket();
    const sockaddr_un address = addressIn(folder->get(), name);
    if (!socket || ::connect(socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return Error(
            Code::Unavailable,
            fileError(QStringLiteral("cannot connect to %1/%2").arg(m_path, QLatin1String(name)), errno).message());
    return socket;
}

Result<UniqueFd> VmFolder::openLog(const QString &name) const
{
    const QString path = m_path + u'/' + name;
    UniqueFd log(::open(QFile::encodeName(path).constData(),
                        O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    return log ? Result<UniqueFd>(std::move(log)) : fileError(path, errno);
}

QString VmFolder::lastWords(const QString &name) const
{
    constexpr qint64 enoughBytes = 4096;
    QFile file(m_path + u'/' + name);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    file.seek(std::max<qint64>(0, file.size() - enoughBytes));
    QStringList lines = QString::fromLocal8Bit(file.read(enoughBytes)).split(u'\n', Qt::SkipEmptyParts);
    lines.removeIf([](const QString &line) { // passt's word on machines without a system log
        return line.startsWith(QLatin1String("Failed to send")) || line.contains(QLatin1String(": warning: "));
    });
    constexpr qsizetype enoughLines = 3;
    return lines.mid(std::max<qsizetype>(0, lines.size() - enoughLines)).join(QStringLiteral("; ")).simplified();
}

Result<void> VmFolder::remove() const
{
    if (const auto removed = removeFile(m_path + QLatin1String(specFile)); !removed)
        return removed.error();
    if (!QDir(m_path).removeRecursively())
        return Error(Code::FailedPrecondition, QStringLiteral("cannot remove all of %1").arg(m_path));
    return syncFolder(QFileInfo(m_path).path());
}

Result<UniqueFd> VmFolder::open() const
{
    UniqueFd folder(::open(QFile::encodeName(m_path).constData(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    return folder ? Result<UniqueFd>(std::move(folder)) : fileError(m_path, errno);
}

Result<void> VmFolder::make() const
{
    if (::mkdir(QFile::encodeName(m_path).constData(), 0700) == 0)
        return syncFolder(QFileInfo(m_path).path());
    return errno == EEXIST ? Result<void>() : fileError(m_path, errno);
}

} // namespace ghost
