// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include <sys/types.h>

#include <QtCore/QByteArray>
#include <QtCore/QList>

#include <ghost/Result.h>
#include <ghost/UniqueFd.h>

namespace ghost {

/// A program that is to outlive this agent: nobody's child here (forked twice), in a session of its own, with no
/// descriptors but those it was given. Two steps, so that its number can be written down before it runs: an agent that
/// is killed in between leaves nothing.
///
/// Not QEMU's own `-daemonize`: its number would be known only when it runs already.
class DetachedProcess
{
public:
    struct Start
    {
        QByteArray program;          ///< absolute path
        QList<QByteArray> arguments; ///< without the program's name
        int log = -1;                ///< becomes descriptors 1 and 2; 0 is /dev/null
        std::vector<int> kept;       ///< become 3, 4, 5 … in this order
    };
    static constexpr int firstKept = 3;

    /// The process is there and waits at its gate.
    static Result<DetachedProcess> prepare(const Start &start);

    pid_t pid() const { return m_pid; }
    /// Lets it become the program; says why it cannot.
    Result<void> go();

private:
    DetachedProcess(pid_t pid, QByteArray program, UniqueFd gate, UniqueFd failure);

    pid_t m_pid;
    QByteArray m_program;
    UniqueFd m_gate; ///< closed without a word: the process ends itself
    UniqueFd m_failure;
};

} // namespace ghost
