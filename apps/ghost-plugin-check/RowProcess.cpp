// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "RowProcess.h"

#include <csignal>
#include <cstring>

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QElapsedTimer>
#include <QtCore/QProcess>
#include <QtCore/QTemporaryDir>

namespace ghost::kit {

namespace {

QStringList lastLines(const QByteArray &text, qsizetype count)
{
    const QStringList lines = QString::fromUtf8(text).split(u'\n', Qt::SkipEmptyParts);
    return lines.mid(std::max<qsizetype>(0, lines.size() - count));
}

/// A process that has not said how its row ended.
Outcome unfinished(const QProcess &process)
{
    if (process.exitStatus() == QProcess::CrashExit)
        return Outcome::failed(QStringLiteral("crashed: %1").arg(QLatin1String(::strsignal(process.exitCode()))));
    return Outcome::failed(
        QStringLiteral("ended its process with exit code %1 in the middle of the row").arg(process.exitCode()));
}

} // namespace

Outcome RowProcess::run(const Row &row) const
{
    QElapsedTimer timer;
    timer.start();
    QTemporaryDir room(QDir::tempPath() + QStringLiteral("/ghost-kit-XXXXXX"));
    if (!room.isValid())
        return Outcome::failed(QStringLiteral("no folder for the row: %1").arg(room.errorString()));
    // What a driver starts may run as another user, and must get through to its disks.
    QFile::setPermissions(room.path(), QFileDevice::Permissions(0x7755));

    Outcome outcome = runPart(row, room.path(), row.afterRestart ? "before-restart" : "whole");
    if (row.afterRestart && outcome.status == Outcome::Status::Passed)
        outcome = runPart(row, room.path(), "after-restart");
    if (outcome.status == Outcome::Status::Failed)
        runPart(row, room.path(), "sweep");
    outcome.seconds = double(timer.elapsed()) / 1000;
    return outcome;
}

Outcome RowProcess::runPart(const Row &row, const QString &room, const char *part) const
{
    const QString outcomeFile = room + QStringLiteral("/outcome.json");
    QFile::remove(outcomeFile);
    for (const char *folder : {"cwd", "tmp"})
        QDir(room).mkpath(QLatin1String(folder));

    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TMPDIR"), room + QStringLiteral("/tmp"));
    process.setProcessEnvironment(environment);
    process.setWorkingDirectory(room + QStringLiteral("/cwd"));
    process.setStandardOutputFile(room + QStringLiteral("/stdout"), QIODevice::Append);
    process.setStandardInputFile(QProcess::nullDevice());
    process.start(QCoreApplication::applicationFilePath(),
                  m_arguments + QStringList{QStringLiteral("--row"), QLatin1String(row.name), QStringLiteral("--room"),
                                            room, QStringLiteral("--part"), QLatin1String(part)});
    const bool ended = process.waitForFinished(int(std::chrono::milliseconds(row.limit).count()));
    if (!ended) {
        process.kill();
        process.waitForFinished(5000);
    }
    const auto told = Outcome::readFrom(outcomeFile);
    const bool endedWell = process.exitStatus() == QProcess::NormalExit || (told && told->killsItself);
    Outcome outcome = told ? *told : unfinished(process);
    if (!ended)
        outcome = Outcome::failed(QStringLiteral("hung: not over after %1 s").arg(row.limit.count()));
    else if (told && !endedWell && told->status != Outcome::Status::Failed)
        outcome = Outcome::failed(QStringLiteral("the row was over, then its process crashed: %1")
                                      .arg(QLatin1String(::strsignal(process.exitCode()))));
    if (outcome.status == Outcome::Status::Failed)
        outcome.log += lastLines(process.readAllStandardError(), 20);
    return outcome;
}

} // namespace ghost::kit
