// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include <QtCore/QElapsedTimer>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonObject>
#include <QtCore/QProcess>

#include "support/Eventually.h"

namespace ghost::e2e {

/// How one run of ghostctl ended.
struct Outcome
{
    int exitCode = -1; ///< -1: it did not end in time, or by a signal
    QByteArray out;
    QByteArray err;
    qint64 elapsedMilliseconds = 0;

    QJsonObject object() const;
    QJsonArray array() const;
    /// For a failed check: everything in one line.
    QByteArray text() const;
};

/// A ghostctl under way.
class RunningGhostctl
{
public:
    RunningGhostctl(const QString &program, const QStringList &arguments);
    ~RunningGhostctl();

    /// Waits for a whole line of standard error, where the steps of an operation are told.
    bool waitForStep(const QByteArray &step, milliseconds limit = seconds(60));
    void send(int signal) const;
    Outcome finish(milliseconds limit = seconds(90));
    QProcess &process() { return m_process; }

private:
    QProcess m_process;
    QElapsedTimer m_clock;
    QByteArray m_out;
    QByteArray m_err;
};

/// Runs the real ghostctl against the agent with one root.
class Ghostctl
{
public:
    explicit Ghostctl(const QString &root)
        : m_root(root)
    {}

    /// @p line as one would type it; words with spaces in double quotes.
    Outcome run(const QString &line, milliseconds limit = seconds(90)) const;
    Outcome run(const QStringList &arguments, milliseconds limit = seconds(90)) const;
    std::unique_ptr<RunningGhostctl> start(const QString &line) const;
    /// `vm list -o json`; noun: vm, image, operation, plugin.
    QJsonArray list(const QString &noun) const;
    QJsonObject vm(const QString &name) const;

private:
    QString m_root;
};

} // namespace ghost::e2e
