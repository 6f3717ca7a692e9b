// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

#include "support/Ghostctl.h"

namespace ghost::e2e {

/// Settings for VMs that are records of the fake driver: any number of them, at no cost.
QByteArray fakeConfig();
/// Settings for real, small guests under TCG.
QByteArray realConfig();
/// The little guest's image; GHOST_MINI_IMAGE.
QString miniImage();

/// The real ghost-agent on a root folder of its own, which goes with it; with GHOST_E2E_KEEP in the environment it
/// stays.
class AgentProcess
{
public:
    explicit AgentProcess(const QByteArray &config, const QString &root = {});
    ~AgentProcess();

    /// True as soon as its socket takes connections.
    bool start(const QString &options = {}, milliseconds limit = seconds(30));
    /// Runs it to its end, for starts that must fail.
    Outcome runToEnd(const QString &options = {}, milliseconds limit = seconds(20));
    /// SIGTERM; the exit code, -1 if it did not end in time.
    int terminate(milliseconds limit = seconds(20));
    void killHard();
    bool isRunning() const { return m_process.state() == QProcess::Running; }
    qint64 pid() const { return m_process.processId(); }
    QByteArray standardError();

    const QString &root() const { return m_root; }
    /// Moves the folder of an agent that does not run.
    bool moveRoot(const QString &to);
    QString path(const QString &below) const { return m_root + QLatin1Char('/') + below; }
    Ghostctl ctl() const { return Ghostctl(m_root); }
    void writeConfig(const QByteArray &config) const;
    /// What its log has said so far.
    QByteArray log() const;

    /// From the next start on the program runs below @p command, `ip netns exec NAME`, which must become it.
    void runWithin(const QStringList &command) { m_within = command; }
    /// Faults of the fake driver, as FaultFile.h describes; {} takes them away.
    void setFaults(const QJsonObject &faults) const;

private:
    QTemporaryDir m_temporary;
    QString m_root;
    QStringList m_within;
    QProcess m_process;
};

} // namespace ghost::e2e
