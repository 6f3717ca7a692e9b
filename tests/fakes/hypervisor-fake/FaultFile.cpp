// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "FaultFile.h"

#include <thread>

#include <QtCore/QFile>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>

namespace ghost {

namespace {

QJsonObject fault(const QString &path, const char *function)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QJsonDocument::fromJson(file.readAll()).object().value(QLatin1String(function)).toObject();
}

Error wanted(const QJsonObject &fault)
{
    return Error(codeFromName(fault.value(QStringLiteral("code")).toString()),
                 QStringLiteral("a fault that the test asked for"));
}

} // namespace

Result<void> FaultFile::before(const char *function, Call &call) const
{
    const QJsonObject found = fault(m_path, function);
    const std::chrono::milliseconds hang(found.value(QStringLiteral("hang_ms")).toInt());
    if (hang.count() > 0 && found.value(QStringLiteral("deaf")).toBool()) {
        std::this_thread::sleep_for(hang);
    } else if (hang.count() > 0) {
        Signal never;
        const Call::Wake wake = call.waitAtMost(never, hang);
        if (wake != Call::Wake::TimedOut)
            return Call::interrupted(wake, QLatin1String(function));
    }
    if (found.contains(QStringLiteral("code")) && !found.value(QStringLiteral("after")).toBool())
        return wanted(found);
    return {};
}

Result<void> FaultFile::after(const char *function) const
{
    const QJsonObject found = fault(m_path, function);
    if (found.contains(QStringLiteral("code")) && found.value(QStringLiteral("after")).toBool())
        return wanted(found);
    return {};
}

} // namespace ghost
