// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "host/Quarantine.h"

#include <csignal>
#include <cstring>

#include <QtCore/QCryptographicHash>
#include <QtCore/QDateTime>
#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>
#include <sys/stat.h>

#include "log/Log.h"

namespace ghost {

namespace {

QString signalText(int number)
{
    return QStringLiteral("signal %1 (%2)").arg(number).arg(QString::fromLocal8Bit(::strsignal(number)));
}

} // namespace

Quarantine::Quarantine(QString folder, Log &log)
    : m_folder(std::move(folder))
    , m_log(log)
{}

QString Quarantine::fingerprint(const QString &file, const QJsonObject &settings)
{
    const QString real = QFileInfo(file).canonicalFilePath();
    struct stat status = {};
    ::stat(QFile::encodeName(real).constData(), &status);
    const QString text = QStringLiteral("%1 %2 %3 %4.%5 %6")
                             .arg(real)
                             .arg(status.st_ino)
                             .arg(status.st_size)
                             .arg(status.st_mtim.tv_sec)
                             .arg(status.st_mtim.tv_nsec)
                             .arg(QString::fromUtf8(QJsonDocument(settings).toJson(QJsonDocument::Compact)));
    return QString::fromLatin1(QCryptographicHash::hash(text.toUtf8(), QCryptographicHash::Sha256).toHex());
}

void Quarantine::blame(const ActivationJournal::Death &death)
{
    // A name without a fingerprint is no plugin that was there: a full disk has cut the line.
    const bool isKnown = death.fingerprints.contains(death.culprit);
    for (const QString &plugin : isKnown ? QStringList{death.culprit} : death.running) {
        if (!death.fingerprints.contains(plugin))
            continue;
        Record record{death.fingerprints.value(plugin), death.signal, 1, isKnown, death.atMs};
        const auto earlier = read(plugin);
        if (earlier && earlier->fingerprint == record.fingerprint)
            record.deaths += earlier->deaths;
        // The second time it ran alone: there is nobody else.
        record.isProven = isKnown || (record.deaths > 1 && death.running.size() == 1);
        write(plugin, record);
        if (!record.isProven)
            m_log.warning(plugin, QStringLiteral("the agent died while this was being activated, perhaps of it: "
                                                 "activated first and alone this time"));
    }
}

Quarantine::Verdict Quarantine::judge(const QString &plugin, const QString &fingerprint)
{
    const auto record = read(plugin);
    if (!record)
        return Verdict::Free;
    if (record->fingerprint != fingerprint) {
        m_log.info(plugin, QStringLiteral("its file or settings have changed: what was held against it is forgotten"));
        acquit(plugin);
        return Verdict::Free;
    }
    return record->isProven ? Verdict::Quarantined : Verdict::Suspect;
}

Error Quarantine::reason(const QString &plugin) const
{
    const Record record = read(plugin).value_or(Record{});
    const QString how = record.signal ? QStringLiteral("of %1").arg(signalText(record.signal))
                                      : QStringLiteral("without a word, %1 times in a row,").arg(record.deaths);
    const QString when = QDateTime::fromMSecsSinceEpoch(record.atMs, Qt::UTC).toString(Qt::ISODate);
    return Error(Code::FailedPrecondition,
                 QStringLiteral("the agent died %1 while it was being activated, %2").arg(how, when))
        .withHint(
            QStringLiteral("it stays out until its file or its settings change; to try it again as it is, remove %1 "
                           "and restart the agent")
                .arg(path(plugin)));
}

void Quarantine::acquit(const QString &plugin)
{
    QFile::remove(path(plugin));
}

QString Quarantine::path(const QString &plugin) const
{
    return m_folder + QLatin1Char('/') + plugin + QStringLiteral(".json");
}

std::optional<Quarantine::Record> Quarantine::read(const QString &plugin) const
{
    QFile file(path(plugin));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject json = QJsonDocument::fromJson(file.read(1 << 16)).object();
    Record record;
    record.fingerprint = json.value(QStringLiteral("fingerprint")).toString();
    record.signal = json.value(QStringLiteral("signal")).toInt();
    record.deaths = json.value(QStringLiteral("deaths")).toInt();
    record.isProven = json.value(QStringLiteral("proven")).toBool();
    record.atMs = json.value(QStringLiteral("at_ms")).toInteger();
    return record;
}

void Quarantine::write(const QString &plugin, const Record &record)
{
    QDir().mkpath(m_folder);
    const QJsonObject json{{QStringLiteral("fingerprint"), record.fingerprint},
                           {QStringLiteral("signal"), record.signal},
                           {QStringLiteral("deaths"), record.deaths},
                           {QStringLiteral("proven"), record.isProven},
                           {QStringLiteral("at_ms"), record.atMs}};
    // Survives the agent's death; a power cut may take it, and nobody is harmed.
    QSaveFile file(path(plugin));
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(json).toJson()) < 0 || !file.commit())
        m_log.error(plugin, QStringLiteral("cannot write %1: %2").arg(file.fileName(), file.errorString()));
}

} // namespace ghost
