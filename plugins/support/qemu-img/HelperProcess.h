// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QString>
#include <QtCore/QStringList>

#include "ghost/Call.h"
#include "ghost/Result.h"

namespace ghost {

/// An outside program such as qemu-img, run to its end under the deadline and cancellation of a Call.
///
/// No shell, no inherited descriptors or environment (`LC_ALL=C`), bounded memory, CPU time and output; new files are
/// for this user only (umask 077). When run() returns, nothing of the program is left; when the agent is killed, the
/// kernel kills the program. A program that hangs in the kernel (dead NFS server) holds run() until it is let go.
class HelperProcess
{
public:
    struct Limits
    {
        qint64 addressSpaceBytes = qint64(1) << 30;
        int cpuSeconds = 60;
        qint64 outputBytes = qint64(1) << 20; ///< more is an Error; of the error stream the rest is dropped
    };
    struct Outcome
    {
        int exitCode = -1; ///< -1 when a signal ended it
        int signal = 0;
        QByteArray output;
        QByteArray errors;

        bool succeeded() const { return exitCode == 0; }
        /// The last line that it wrote to its error stream, or how it ended.
        QString reason() const;
        /// Whether it ended for want of disk space. Programs have no code for this, but under `LC_ALL=C` a fixed text.
        bool lacksSpace() const;
    };

    /// @p program is a name, looked up in the system's folders only, or an absolute path; @p package is the Debian
    /// package that an error names when it is missing.
    HelperProcess(const QString &program, const QString &package);

    void setLimits(const Limits &limits) { m_limits = limits; }
    /// What the program reads from its standard input; else that is /dev/null.
    void setInput(const QByteArray &input) { m_input = input; }
    /// `KEY=value`, beside PATH, HOME and LC_ALL.
    void addEnvironment(const QByteArray &variable) { m_environment.append(variable); }

    /// Absolute path of the program; Unavailable with the package to install when it is missing.
    Result<QString> locate() const;
    /// Runs to the end. An exit code other than 0 is an Outcome like every other.
    Result<Outcome> run(const QStringList &arguments, Call &call) const;
    /// The same, but an exit code other than 0 is an Error: ResourceExhausted for want of disk space, else
    /// FailedPrecondition.
    Result<Outcome> runToSuccess(const QStringList &arguments, Call &call) const;

private:
    Result<UniqueFd> openInput() const;

    QString m_program;
    QString m_package;
    Limits m_limits;
    QByteArray m_input;
    QList<QByteArray> m_environment;
};

} // namespace ghost
