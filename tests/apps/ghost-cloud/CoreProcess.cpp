// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CoreProcess.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>

namespace ghost::cloud {
namespace {

constexpr int patienceMs = 20'000;

} // namespace

CoreProcess::CoreProcess(const QString &place)
    : m_place(place)
{}

CoreProcess::~CoreProcess()
{
    killHard();
}

void CoreProcess::prepare(const QStringList &options)
{
    m_process.setStandardErrorFile(m_folder.filePath(QStringLiteral("err")));
    m_process.setProgram(qEnvironmentVariable("GHOST_BIN_DIR") + QStringLiteral("/ghost-cloud"));
    m_process.setArguments(options);
}

bool CoreProcess::start(const QStringList &options)
{
    const QString listen = m_place.isEmpty() ? QStringLiteral("127.0.0.1:0") : m_place;
    prepare(QStringList{QStringLiteral("--listen"), listen, QStringLiteral("--data"), folder()} + options);
    m_process.start();
    QByteArray said;
    QElapsedTimer clock;
    clock.start();
    while (!said.endsWith('\n') && clock.elapsed() < patienceMs && m_process.state() != QProcess::NotRunning) {
        m_process.waitForReadyRead(100);
        said += m_process.readAllStandardOutput();
    }
    QFile endpoint(m_folder.filePath(QStringLiteral("endpoint")));
    if (!said.startsWith("ghost-cloud: listening at ") || !endpoint.open(QIODevice::ReadOnly))
        return false;
    m_place = QString::fromUtf8(endpoint.readAll().trimmed());
    return said.contains(m_place.toUtf8());
}

int CoreProcess::runToEnd(const QStringList &options)
{
    prepare(options);
    m_process.start();
    const bool hasEnded = m_process.waitForFinished(patienceMs) && m_process.exitStatus() == QProcess::NormalExit;
    return hasEnded ? m_process.exitCode() : -1;
}

int CoreProcess::terminate()
{
    m_process.terminate();
    const bool hasEnded = m_process.waitForFinished(patienceMs) && m_process.exitStatus() == QProcess::NormalExit;
    return hasEnded ? m_process.exitCode() : -1;
}

void CoreProcess::killHard()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.kill();
    m_process.waitForFinished(patienceMs);
}

QByteArray CoreProcess::standardError() const
{
    QFile file(m_folder.filePath(QStringLiteral("err")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace ghost::cloud
