// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "endpoints/PortHolder.h"

#include <array>
#include <ctime>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QSet>
#include <pwd.h>
#include <unistd.h>

namespace ghost {

namespace {

/// Callers are on the main loop: on a machine with very many processes no name is better than a long wait.
constexpr qint64 patienceMs = 60;

/// Of this thread, so that a busy machine does not make it forget the name.
qint64 processorTimeMs()
{
    timespec time = {};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return qint64(time.tv_sec) * 1000 + time.tv_nsec / 1'000'000;
}

QByteArray readLink(const QByteArray &path)
{
    QByteArray target(64, '\0');
    const ssize_t size = ::readlink(path.constData(), target.data(), size_t(target.size()));
    return size > 0 ? target.left(size) : QByteArray();
}

/// The listening sockets on one port.
struct Listeners
{
    QSet<QByteArray> sockets; ///< as they are named in /proc/PID/fd: `socket:[4711]`
    uid_t user = 0;           ///< of one of them
};

Listeners listenersOn(quint16 port)
{
    // Columns of proc(5): sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode
    constexpr int localAddress = 1;
    constexpr int state = 3;
    constexpr int user = 7;
    constexpr int inode = 9;
    const QByteArray ending = ':' + QByteArray::number(port, 16).toUpper().rightJustified(4, '0');
    Listeners found;
    for (const char *table : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
        QFile file(QString::fromLatin1(table));
        if (!file.open(QIODevice::ReadOnly))
            continue;
        for (const QByteArray &line : file.readAll().split('\n')) {
            const QByteArrayList columns = line.simplified().split(' ');
            if (columns.size() <= inode || columns[state] != "0A" || !columns[localAddress].endsWith(ending))
                continue;
            found.sockets.insert("socket:[" + columns[inode] + ']');
            found.user = columns[user].toUInt();
        }
    }
    return found;
}

bool hasOneOf(const QByteArray &process, const QSet<QByteArray> &sockets)
{
    const QByteArray folder = process + "/fd";
    const QStringList descriptors = QDir(QFile::decodeName(folder)).entryList(QDir::Files | QDir::System);
    for (const QString &descriptor : descriptors)
        if (sockets.contains(readLink(folder + '/' + descriptor.toLatin1())))
            return true;
    return false;
}

QString userName(uid_t id)
{
    std::array<char, 4096> buffer = {};
    struct passwd entry = {};
    struct passwd *found = nullptr;
    ::getpwuid_r(id, &entry, buffer.data(), buffer.size(), &found);
    return found ? QString::fromLocal8Bit(found->pw_name) : QStringLiteral("user %1").arg(id);
}

/// The process that has one of @p sockets; pid 0: none that can be seen.
PortHolder processWith(const QSet<QByteArray> &sockets)
{
    const qint64 end = processorTimeMs() + patienceMs;
    const QStringList processes = QDir(QStringLiteral("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &process : processes) {
        if (processorTimeMs() > end)
            break;
        bool isPid = false;
        const qint64 pid = process.toLongLong(&isPid);
        if (!isPid || !hasOneOf("/proc/" + process.toLatin1(), sockets))
            continue;
        QFile name(QStringLiteral("/proc/%1/comm").arg(process));
        const QByteArray text = name.open(QIODevice::ReadOnly) ? name.readAll().trimmed() : QByteArray();
        return {pid, QString::fromLocal8Bit(text), {}};
    }
    return {};
}

} // namespace

std::optional<PortHolder> PortHolder::find(quint16 port)
{
    const Listeners listeners = listenersOn(port);
    if (listeners.sockets.isEmpty())
        return {};
    PortHolder holder = processWith(listeners.sockets);
    holder.user = userName(listeners.user);
    return holder;
}

QString PortHolder::toString() const
{
    return pid ? QStringLiteral("process %1 (%2)").arg(pid).arg(name) : QStringLiteral("a process of %1").arg(user);
}

Error addressInUse(const ListenAddress &address)
{
    const auto holder = PortHolder::find(address.port);
    const QString who = holder ? holder->toString() : QStringLiteral("a process that cannot be seen from here");
    return Error(Code::AlreadyExists,
                 QStringLiteral("%1: port %2 is in use by %3").arg(address.toString()).arg(address.port).arg(who))
        .withField(QStringLiteral("listen"))
        .withHint(QStringLiteral("stop that process, or set another `listen` for this plugin"));
}

} // namespace ghost
