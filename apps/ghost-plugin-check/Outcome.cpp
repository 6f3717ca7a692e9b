// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Outcome.h"

#include <QtCore/QFile>
#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
#include <QtCore/QSaveFile>

namespace ghost::kit {

bool Outcome::writeTo(const QString &path) const
{
    const QJsonObject object{{QStringLiteral("status"), int(status)},
                             {QStringLiteral("seen"), seen},
                             {QStringLiteral("log"), QJsonArray::fromStringList(log)},
                             {QStringLiteral("kills_itself"), killsItself}};
    QSaveFile file(path); // whole or not at all: its reader may follow a crash
    return file.open(QIODevice::WriteOnly) && file.write(QJsonDocument(object).toJson()) > 0 && file.commit();
}

std::optional<Outcome> Outcome::readFrom(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const QJsonObject object = QJsonDocument::fromJson(file.readAll()).object();
    Outcome outcome;
    outcome.status = Status(object.value(QStringLiteral("status")).toInt());
    outcome.seen = object.value(QStringLiteral("seen")).toString();
    for (const QJsonValue &line : object.value(QStringLiteral("log")).toArray())
        outcome.log.append(line.toString());
    outcome.killsItself = object.value(QStringLiteral("kills_itself")).toBool();
    return outcome;
}

QString statusName(Outcome::Status status)
{
    switch (status) {
    case Outcome::Status::Passed:
        return QStringLiteral("passed");
    case Outcome::Status::Failed:
        return QStringLiteral("FAILED");
    case Outcome::Status::Skipped:
        return QStringLiteral("skipped");
    case Outcome::Status::Unspecified:
        break;
    }
    return QStringLiteral("unknown");
}

} // namespace ghost::kit
