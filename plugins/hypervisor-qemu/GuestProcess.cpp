// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GuestProcess.h"

#include <poll.h>
#include <unistd.h>

extern "C" { // glibc 2.36 forgot it
#include <sys/pidfd.h>
}

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QSysInfo>

namespace ghost {

namespace {

/// Fields of /proc/<pid>/stat from the third on; the second, the program's name, may hold spaces and parentheses.
QList<QByteArray> statFields(pid_t pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QByteArray text = file.readAll();
    QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    return fields.size() >= 22 ? fields : QList<QByteArray>();
}

/// As proc(5) counts them.
const QByteArray &field(const QList<QByteArray> &fields, int number)
{
    return fields.at(number - 3);
}

bool namesVm(pid_t pid, VmId vm)
{
    QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QList<QByteArray> arguments = file.readAll().split('\0');
    const qsizetype option = arguments.indexOf("-uuid");
    return option >= 0 && arguments.value(option + 1) == vm.toString().toLatin1();
}

} // namespace

QString currentBootId()
{
    return QString::fromLatin1(QSysInfo::bootUniqueId());
}

std::optional<ProcessMark> ProcessMark::of(pid_t pid)
{
    const QList<QByteArray> fields = statFields(pid);
    if (fields.isEmpty() || field(fields, 3) == "Z" || field(fields, 3) == "X")
        return {};
    return ProcessMark{pid, field(fields, 22).toULongLong(), currentBootId()};
}

QJsonObject ProcessMark::toJson() const
{
    return {{QStringLiteral("pid"), pid},
            {QStringLiteral("start_ticks"), QString::number(startTicks)},
            {QStringLiteral("boot_id"), bootId}};
}

ProcessMark ProcessMark::fromJson(const QJsonObject &json)
{
    return {json.value(QLatin1String("pid")).toInt(), json.value(QLatin1String("start_ticks")).toString().toULongLong(),
            json.value(QLatin1String("boot_id")).toString()};
}

std::shared_ptr<const GuestProcess> GuestProcess::find(const ProcessMark &mark, VmId vm)
{
    auto process = own(mark);
    return process && namesVm(mark.pid, vm) && !process->hasEnded() ? process : nullptr;
}

std::shared_ptr<const GuestProcess> GuestProcess::search(VmId vm)
{
    const QStringList processes = QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[0-9]*")}, QDir::Dirs);
    for (const QString &number : processes)
        if (const auto mark = ProcessMark::of(number.toInt()); mark && namesVm(mark->pid, vm))
            if (auto process = find(*mark, vm))
                return process;
    return {};
}

std::shared_ptr<const GuestProcess> GuestProcess::own(const ProcessMark &mark)
{
    if (!mark.isSet())
        return {};
    // First held, then compared: what is compared is then surely what is held.
    UniqueFd pidFd(::pidfd_open(mark.pid, 0));
    const auto now = ProcessMark::of(mark.pid);
    if (!pidFd || !now || *now != mark)
        return {};
    return std::shared_ptr<const GuestProcess>(new GuestProcess(mark.pid, std::move(pidFd)));
}

GuestProcess::GuestProcess(pid_t pid, UniqueFd pidFd)
    : m_pid(pid)
    , m_pidFd(std::move(pidFd))
{}

bool GuestProcess::hasEnded() const
{
    pollfd descriptor{m_pidFd.get(), POLLIN, 0};
    return ::poll(&descriptor, 1, 0) > 0;
}

bool GuestProcess::signal(int number) const
{
    return ::pidfd_send_signal(m_pidFd.get(), number, nullptr, 0) == 0;
}

std::optional<GuestProcess::Usage> GuestProcess::usage() const
{
    const QList<QByteArray> fields = statFields(m_pid);
    if (fields.isEmpty() || hasEnded()) // looked at last: the fields were this process's
        return {};
    const qint64 ticks = field(fields, 14).toLongLong() + field(fields, 15).toLongLong();
    constexpr qint64 nanosecondsPerSecond = 1'000'000'000;
    return Usage{ticks * (nanosecondsPerSecond / ::sysconf(_SC_CLK_TCK)),
                 field(fields, 24).toLongLong() * ::sysconf(_SC_PAGESIZE)};
}

} // namespace ghost
