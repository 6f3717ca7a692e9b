// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include "ghost/Result.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// One running program in a process group of its own that cannot outlive whoever started it.
///
/// The kernel kills it when the *thread* that started it ends (PR_SET_PDEATHSIG), not only when the process does. So a
/// ChildProcess is started, waited for and destroyed on one thread.
class ChildProcess
{
public:
    struct Start
    {
        QByteArray program;            ///< absolute path
        QList<QByteArray> arguments;   ///< without the program's name
        QList<QByteArray> environment; ///< `KEY=value`; nothing is inherited
        int input = -1;                ///< becomes descriptor 0; the next two become 1 and 2; no other one is inherited
        int output = -1;
        int errors = -1;
        qint64 addressSpaceBytes = 0; ///< 0: no limit
        int cpuSeconds = 0;           ///< 0: no limit
    };
    static Result<ChildProcess> start(const Start &start);

    ChildProcess(ChildProcess &&other) noexcept;
    ChildProcess &operator=(ChildProcess &&) = delete;
    /// Kills what still runs.
    ~ChildProcess();

    /// Readable once the program has ended.
    int endFd() const { return m_pidFd.get(); }
    /// Ends the whole group at once.
    void kill();
    /// Blocks until the program has ended, kills what is left of its group, and returns the status as waitpid() gives
    /// it.
    int reap();

private:
    ChildProcess(pid_t pid, UniqueFd pidFd);

    pid_t m_pid = -1; ///< -1 once reaped: from then on the number may belong to somebody else
    UniqueFd m_pidFd;
};

} // namespace ghost
