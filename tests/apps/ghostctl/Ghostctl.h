// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QProcess>
#include <QStringList>

/// One run of the real program.
class Ghostctl
{
public:
    struct Outcome
    {
        int exitCode = -1; ///< -1: it did not end in time, or crashed
        QString out;
        QString err;
    };

    /// Runs it to its end.
    static Outcome run(const QStringList &arguments, const QByteArray &input = {});

    explicit Ghostctl(const QStringList &arguments);
    /// Waits until it has printed @p text on standard error.
    bool waitForError(const QString &text);
    void signal(int number) const;
    Outcome finish();
    QProcess &process() { return m_process; }

private:
    QProcess m_process;
    QByteArray m_error;
};
