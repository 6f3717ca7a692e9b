// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "bench/Traces.h"

#include <filesystem>
#include <thread>

#include <unistd.h>

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFile>
#include <QtCore/QMap>
#include <QtCore/QRegularExpression>

#include "ghost/Call.h"

namespace ghost::kit {

namespace {

QString firstLineOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readLine()).trimmed() : QString();
}

QStringList threadNames()
{
    QStringList names;
    for (const QString &task : QDir(QStringLiteral("/proc/self/task")).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        names.append(firstLineOf(QStringLiteral("/proc/self/task/%1/comm").arg(task)));
    return names;
}

/// Without the number of a socket or pipe, which differs each time, and without this look at the folder.
QStringList openDescriptors()
{
    static const QRegularExpression number(QStringLiteral(":\\[\\d+\\]$"));
    QStringList targets;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        const QString target = QString::fromStdString(std::filesystem::read_symlink(entry.path(), gone).string());
        if (!gone && !target.startsWith(QStringLiteral("/proc/")))
            targets.append(QString(target).remove(number));
    }
    return targets;
}

QStringList childrenOf(const QString &process)
{
    QStringList children;
    const QString tasks = QStringLiteral("/proc/%1/task").arg(process);
    for (const QString &task : QDir(tasks).entryList(QDir::Dirs | QDir::NoDotAndDotDot))
        children += firstLineOf(QStringLiteral("%1/%2/children").arg(tasks, task)).split(u' ', Qt::SkipEmptyParts);
    return children;
}

/// All below the reaper but this process: our own children, and what detached itself from them.
QStringList descendants()
{
    const QString self = QString::number(::getpid());
    QStringList names;
    QStringList waiting = childrenOf(QString::number(::getppid()));
    while (!waiting.isEmpty()) {
        const QString process = waiting.takeFirst();
        waiting += childrenOf(process);
        if (process != self)
            names.append(firstLineOf(QStringLiteral("/proc/%1/comm").arg(process)));
    }
    return names;
}

QStringList filesBelow(const QString &folder)
{
    QStringList files;
    QDirIterator each(folder, QDir::Files | QDir::System | QDir::Hidden, QDirIterator::Subdirectories);
    while (each.hasNext())
        files.append(QDir(folder).relativeFilePath(each.next()));
    return files;
}

void compare(const char *kind, const QStringList &now, const QStringList &before, QStringList &differences)
{
    QMap<QString, int> counts;
    for (const QString &text : now)
        ++counts[text];
    for (const QString &text : before)
        --counts[text];
    for (auto each = counts.cbegin(); each != counts.cend(); ++each)
        if (each.value() > 0)
            differences.append(QStringLiteral("+%1 %2 %3").arg(each.value()).arg(QLatin1String(kind), each.key()));
}

} // namespace

Traces Traces::now(const QString &folder)
{
    return {threadNames(), openDescriptors(), descendants(), filesBelow(folder)};
}

QStringList Traces::newSince(const Traces &before) const
{
    QStringList differences;
    compare("thread", threads, before.threads, differences);
    compare("descriptor", descriptors, before.descriptors, differences);
    compare("process", processes, before.processes, differences);
    compare("file", files, before.files, differences);
    return differences;
}

QStringList ofKind(const QStringList &traces, const QString &kind)
{
    return traces.filter(QRegularExpression(QStringLiteral("^\\+\\d+ %1 ").arg(kind)));
}

QStringList newTracesOnceSettled(const Traces &before, const QString &folder)
{
    const auto end = Call::Clock::now() + std::chrono::seconds(2);
    QStringList traces = Traces::now(folder).newSince(before);
    while (!traces.isEmpty() && Call::Clock::now() < end) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20)); // /proc tells of no change
        traces = Traces::now(folder).newSince(before);
    }
    return traces;
}

} // namespace ghost::kit
