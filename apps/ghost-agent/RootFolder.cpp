// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RootFolder.h"

#include <cerrno>
#include <cstring>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/Config.h"

namespace ghost {

namespace {

Result<void> makeFolder(const QString &path, mode_t mode)
{
    if (QDir(path).exists())
        return {};
    if (!QDir().mkpath(path))
        return Error(Code::PermissionDenied, QStringLiteral("cannot make the folder %1").arg(path))
            .withHint(QStringLiteral("start the agent as a user who may, or use --root"));
    ::chmod(QFile::encodeName(path).constData(), mode);
    return {};
}

} // namespace

RootFolder::RootFolder(const QString &root)
    : m_root(root.isEmpty() ? QString() : QDir(root).absolutePath())
{}

QString RootFolder::place(const QString &belowRoot, const QString &ofSystem) const
{
    return m_root.isEmpty() ? ofSystem : m_root + belowRoot;
}

QString RootFolder::configured(const Config &config, const QString &name, const QString &ofSystem) const
{
    const QString path = config.text(QStringLiteral("folders.") + name);
    if (path.isEmpty())
        return place(QLatin1Char('/') + name, ofSystem);
    return QDir::cleanPath(QDir(m_root.isEmpty() ? QStringLiteral("/") : m_root).absoluteFilePath(path));
}

QString RootFolder::configFile() const
{
    return place(QStringLiteral("/etc/agent.yaml"), QStringLiteral("/etc/ghost/agent.yaml"));
}

QString RootFolder::logFile(const Config &config) const
{
    return configured(config, QStringLiteral("log"), QStringLiteral("/var/log/ghost")) + QStringLiteral("/agent.log");
}

Folders RootFolder::folders(const Config &config) const
{
    const auto of = [&](const char *name, const QString &ofSystem) {
        return configured(config, QLatin1String(name), ofSystem);
    };
    return {of("data", QStringLiteral("/var/lib/ghost/data")), of("disks", QStringLiteral("/var/lib/ghost/disks")),
            of("images", QStringLiteral("/var/lib/ghost/images")), of("run", QStringLiteral("/run/ghost"))};
}

Result<void> RootFolder::take(const Folders &folders)
{
    // QEMU's user has to reach the disks, so the folders above may be entered, though not listed, by everybody.
    struct Wanted
    {
        QString path;
        mode_t mode;
    };
    for (const auto &[path, mode] : {Wanted{m_root, 0711}, Wanted{folders.data, 0700}, Wanted{folders.disks, 0711},
                                     Wanted{folders.images, 0711}, Wanted{folders.run, 0755}})
        if (auto made = path.isEmpty() ? Result<void>() : makeFolder(path, mode); !made)
            return made;

    const QString path = folders.data + QStringLiteral("/agent.lock");
    m_lock.reset(::open(QFile::encodeName(path).constData(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!m_lock)
        return Error(Code::PermissionDenied,
                     QStringLiteral("cannot open %1: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno))));
    if (::flock(m_lock.get(), LOCK_EX | LOCK_NB) != 0) {
        char holder[32] = {};
        [[maybe_unused]] const auto size = ::pread(m_lock.get(), holder, sizeof holder - 1, 0);
        return Error(Code::FailedPrecondition, QStringLiteral("another agent (pid %1) runs on %2")
                                                   .arg(QString::fromLatin1(holder).trimmed(), folders.data))
            .withHint(QStringLiteral("stop it, or use another --root"));
    }
    const QByteArray pid = QByteArray::number(::getpid()) + '\n';
    // In this order it goes where the last one stood, which a full disk allows.
    if (::pwrite(m_lock.get(), pid.constData(), size_t(pid.size()), 0) != pid.size() ||
        ::ftruncate(m_lock.get(), pid.size()) != 0)
        return Error(Code::ResourceExhausted,
                     QStringLiteral("cannot write %1: %2").arg(path, QString::fromLocal8Bit(std::strerror(errno))));
    return {};
}

} // namespace ghost
