// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

namespace ghost::cloud {

/// The real ghost-cloud on a folder of its own and a free port.
class CoreProcess
{
public:
    /// @p place to listen at; empty: a free port of this machine.
    explicit CoreProcess(const QString &place = {});
    ~CoreProcess();

    /// True as soon as it listens: at the place it had before, if there was one.
    bool start(const QStringList &options = {});
    /// For starts that must fail: the exit code, -1 if it does not end.
    int runToEnd(const QStringList &options);
    /// SIGTERM; the exit code, -1 if it did not end in time.
    int terminate();
    void killHard();

    QString place() const { return m_place; }
    QString folder() const { return m_folder.path(); }
    QByteArray standardError() const;
    QProcess &process() { return m_process; }

private:
    void prepare(const QStringList &options);

    QTemporaryDir m_folder;
    QString m_place;
    QProcess m_process;
};

} // namespace ghost::cloud
