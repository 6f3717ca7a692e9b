// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include <QtCore/QMap>
#include <QtCore/QStringList>

#include "ghost/Result.h"
#include "ghost/UniqueFd.h"

namespace ghost {

/// A file that names the plugins whose code is being loaded or activated. It is there only meanwhile: an agent that
/// finds one knows that the last run died, and of whom.
///
/// Lines are appended as things happen: `boot <id>`, `plugin <id> <fingerprint>`, `begins <id>`, `ended <id>`, and
/// `signal <number> <id>` when a fatal signal came on a plugin's step. Nothing is synced: what a process has written
/// outlives it, and after a power cut nobody is to blame.
class ActivationJournal
{
public:
    /// How the last run died; nothing in it if it did not, or not here.
    struct Death
    {
        int signal = 0;                      ///< 0: no fatal signal was seen: killed, or ended by exit()
        QString culprit;                     ///< on whose step the signal came; empty when unknown
        QStringList running;                 ///< whose steps had begun and not ended
        QMap<QString, QString> fingerprints; ///< what they were then
        qint64 atMs = 0;
    };

    explicit ActivationJournal(QString path);
    ~ActivationJournal();
    ActivationJournal(const ActivationJournal &) = delete;
    ActivationJournal &operator=(const ActivationJournal &) = delete;

    /// Reads what the last run left behind and takes it away: nobody is blamed twice for one death. Before open().
    Death takeLastDeath();
    /// Begins the file, and from now on notes fatal signals. One journal of a process at a time.
    Result<void> open(const QMap<QString, QString> &fingerprints);
    /// All steps are done: takes the file away. Later calls do nothing.
    void close();

    /// A plugin's step on this thread, from construction to destruction.
    class Step
    {
    public:
        Step(ActivationJournal &journal, const QString &plugin);
        ~Step();
        Step(const Step &) = delete;
        Step &operator=(const Step &) = delete;

    private:
        ActivationJournal &m_journal;
        const QByteArray m_plugin;
    };
    /// Gives up waiting for a step that does not end: what happens later is not its activation's fault.
    void giveUp(const QString &plugin);

private:
    void append(const QByteArray &line);

    const QString m_path;
    std::mutex m_mutex;
    UniqueFd m_fd;
};

} // namespace ghost
