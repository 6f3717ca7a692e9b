// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include <sys/types.h>

#include <QtCore/QJsonObject>

#include <ghost/Ids.h>
#include <ghost/UniqueFd.h>

namespace ghost {

/// Names one process for ever. Its number alone does not: the kernel gives it out again.
struct ProcessMark
{
    pid_t pid = 0;
    quint64 startTicks = 0; ///< field 22 of /proc/<pid>/stat: clock ticks since the boot
    QString bootId;

    bool isSet() const { return pid > 0; }
    /// Of a process that runs now.
    static std::optional<ProcessMark> of(pid_t pid);
    QJsonObject toJson() const;
    static ProcessMark fromJson(const QJsonObject &json);
    bool operator==(const ProcessMark &) const = default;
};

/// The QEMU of one VM, held by a pidfd: from here on no other process can be meant. Thread-safe.
class GuestProcess
{
public:
    /// The process of that mark, if it still runs and its command line names @p vm; else null. A record with the number
    /// of somebody else's process leads to nothing.
    static std::shared_ptr<const GuestProcess> find(const ProcessMark &mark, VmId vm);
    /// Looks through all processes for a QEMU of @p vm: for when its record cannot be read. Null if there is none.
    static std::shared_ptr<const GuestProcess> search(VmId vm);
    /// The same as find() without the look at its command line: for a process of our own that is not QEMU yet.
    static std::shared_ptr<const GuestProcess> own(const ProcessMark &mark);

    pid_t pid() const { return m_pid; }
    /// Readable once the process has ended.
    int endFd() const { return m_pidFd.get(); }
    bool hasEnded() const;
    /// False: it has ended.
    bool signal(int number) const;

    struct Usage
    {
        qint64 cpuNanoseconds = 0;
        qint64 residentBytes = 0;
    };
    std::optional<Usage> usage() const;

private:
    GuestProcess(pid_t pid, UniqueFd pidFd);

    pid_t m_pid;
    UniqueFd m_pidFd;
};

/// Of the running kernel; changes with each boot.
QString currentBootId();

} // namespace ghost
