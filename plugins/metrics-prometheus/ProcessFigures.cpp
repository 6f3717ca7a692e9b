// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "ProcessFigures.h"

#include <optional>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <sys/resource.h>
#include <unistd.h>

namespace ghost::metrics {

namespace {

QByteArray read(const char *path)
{
    QFile file(QString::fromLatin1(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Seconds since the epoch.
std::optional<double> bootTime()
{
    const QByteArray text = read("/proc/stat");
    const qsizetype at = text.indexOf("\nbtime ");
    if (at < 0)
        return {};
    return text.mid(at + 7, text.indexOf('\n', at + 1) - at - 7).toDouble();
}

void addStat(Exposition &page)
{
    // Fields of proc(5), counted from the state, which stands behind the name in brackets.
    constexpr int userTime = 11;
    constexpr int systemTime = 12;
    constexpr int threads = 17;
    constexpr int startTime = 19;
    constexpr int virtualBytes = 20;
    constexpr int residentPages = 21;
    const QByteArray text = read("/proc/self/stat");
    const QByteArrayList fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    if (fields.size() <= residentPages)
        return;
    const double ticks = double(::sysconf(_SC_CLK_TCK));
    page.add(Metric::ProcessCpuTime, {}, (fields[userTime].toDouble() + fields[systemTime].toDouble()) / ticks);
    page.add(Metric::ProcessThreads, {}, fields[threads].toDouble());
    page.add(Metric::ProcessMemoryVirtual, {}, fields[virtualBytes].toDouble());
    page.add(Metric::ProcessMemoryResident, {}, fields[residentPages].toDouble() * double(::sysconf(_SC_PAGESIZE)));
    if (const auto boot = bootTime())
        page.add(Metric::ProcessStartTime, {}, *boot + fields[startTime].toDouble() / ticks);
}

void addDescriptors(Exposition &page)
{
    const auto open = QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::Files | QDir::System).size();
    page.add(Metric::ProcessOpenFds, {}, double(open));
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
        page.add(Metric::ProcessMaxFds, {}, double(limit.rlim_cur));
}

} // namespace

void addProcessFigures(Exposition &page)
{
    addStat(page);
    addDescriptors(page);
}

} // namespace ghost::metrics
