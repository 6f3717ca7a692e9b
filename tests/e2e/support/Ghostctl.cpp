// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/Ghostctl.h"

#include <csignal>

#include <QtCore/QJsonDocument>

namespace ghost::e2e {

namespace {

QString program()
{
    return qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl";
}

} // namespace

QJsonObject Outcome::object() const
{
    return QJsonDocument::fromJson(out).object();
}

QJsonArray Outcome::array() const
{
    return QJsonDocument::fromJson(out).array();
}

QByteArray Outcome::text() const
{
    return "exit " + QByteArray::number(exitCode) + " after " + QByteArray::number(elapsedMilliseconds) +
           " ms; stdout: " + out + "; stderr: " + err;
}

RunningGhostctl::RunningGhostctl(const QString &program, const QStringList &arguments)
{
    m_clock.start();
    m_process.start(program, arguments);
    m_process.waitForStarted();
}

RunningGhostctl::~RunningGhostctl()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished();
}

bool RunningGhostctl::waitForStep(const QByteArray &step, milliseconds limit)
{
    const auto seen = [&] { return ('\n' + m_err).contains('\n' + step + '\n'); };
    return waitUntil(limit,
                     [&] {
                         m_process.waitForReadyRead(0);
                         m_err += m_process.readAllStandardError();
                         return seen() || m_process.state() == QProcess::NotRunning;
                     }) &&
           seen();
}

void RunningGhostctl::send(int signal) const
{
    ::kill(pid_t(m_process.processId()), signal);
}

Outcome RunningGhostctl::finish(milliseconds limit)
{
    Outcome outcome;
    const bool ended = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(int(limit.count()));
    if (ended && m_process.exitStatus() == QProcess::NormalExit)
        outcome.exitCode = m_process.exitCode();
    outcome.out = m_out + m_process.readAllStandardOutput();
    outcome.err = m_err + m_process.readAllStandardError();
    outcome.elapsedMilliseconds = m_clock.elapsed();
    return outcome;
}

Outcome Ghostctl::run(const QString &line, milliseconds limit) const
{
    return start(line)->finish(limit);
}

Outcome Ghostctl::run(const QStringList &arguments, milliseconds limit) const
{
    return RunningGhostctl(program(), QStringList{"--root", m_root} + arguments).finish(limit);
}

std::unique_ptr<RunningGhostctl> Ghostctl::start(const QString &line) const
{
    return std::make_unique<RunningGhostctl>(program(), QStringList{"--root", m_root} + QProcess::splitCommand(line));
}

QJsonArray Ghostctl::list(const QString &noun) const
{
    return run(noun + " list -o json").array();
}

QJsonObject Ghostctl::vm(const QString &name) const
{
    return run("vm status -o json " + name).object();
}

} // namespace ghost::e2e
