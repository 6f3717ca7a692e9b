// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <QtCore/QJsonObject>

#include "host/ActivationJournal.h"

namespace ghost {

class Log;

/// Remembers of which plugins the agent died while they were activated: one small file a plugin, `<folder>/<id>.json`.
/// Whoever removes it, or changes the plugin's file or settings, gives it another chance.
///
/// A fatal signal on the plugin's own step is proof. A death without a word is not: it may have been a kill by hand. So
/// the plugin is only a suspect then, and is activated alone at the next start; a second such death in a row is taken
/// for proof.
class Quarantine
{
public:
    enum class Verdict { Unspecified = 0, Free, Suspect, Quarantined };

    Quarantine(QString folder, Log &log);

    /// What the plugin is now, as text that changes with its file and its settings.
    static QString fingerprint(const QString &file, const QJsonObject &settings);
    /// Takes over how the last run ended.
    void blame(const ActivationJournal::Death &death);
    /// Forgets what was known of a plugin that has changed since.
    Verdict judge(const QString &plugin, const QString &fingerprint);
    /// Why and since when it is quarantined, and how to end that.
    Error reason(const QString &plugin) const;
    /// It was activated: whatever was held against it.
    void acquit(const QString &plugin);

private:
    struct Record
    {
        QString fingerprint;
        int signal = 0;
        int deaths = 0;
        bool isProven = false;
        qint64 atMs = 0;
    };
    QString path(const QString &plugin) const;
    std::optional<Record> read(const QString &plugin) const;
    void write(const QString &plugin, const Record &record);

    const QString m_folder;
    Log &m_log;
};

} // namespace ghost
