// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Ghostctl.h"

#include <QDeadlineTimer>

#include <csignal>

namespace {

constexpr int patienceMs = 20'000;

QString program()
{
    return qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl";
}

} // namespace

Ghostctl::Outcome Ghostctl::run(const QStringList &arguments, const QByteArray &input)
{
    Ghostctl ghostctl(arguments);
    ghostctl.m_process.write(input);
    ghostctl.m_process.closeWriteChannel();
    return ghostctl.finish();
}

Ghostctl::Ghostctl(const QStringList &arguments)
{
    m_process.start(program(), arguments);
    m_process.waitForStarted(patienceMs);
}

bool Ghostctl::waitForError(const QString &text)
{
    const QDeadlineTimer deadline(patienceMs);
    while (!m_error.contains(text.toUtf8())) {
        if (deadline.hasExpired() || m_process.state() == QProcess::NotRunning)
            return false;
        m_process.setReadChannel(QProcess::StandardError);
        m_process.waitForReadyRead(int(deadline.remainingTime()));
        m_error += m_process.readAllStandardError();
    }
    return true;
}

void Ghostctl::signal(int number) const
{
    ::kill(pid_t(m_process.processId()), number);
}

Ghostctl::Outcome Ghostctl::finish()
{
    Outcome outcome;
    if (m_process.waitForFinished(patienceMs) || m_process.state() == QProcess::NotRunning)
        outcome.exitCode = m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    else
        m_process.kill();
    m_process.waitForFinished(patienceMs);
    outcome.out = QString::fromUtf8(m_process.readAllStandardOutput());
    outcome.err = QString::fromUtf8(m_error + m_process.readAllStandardError());
    return outcome;
}
