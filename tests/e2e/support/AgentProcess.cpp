// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/AgentProcess.h"

#include <QtCore/QDir>
#include <QtCore/QJsonDocument>
#include <QtCore/QSaveFile>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace ghost::e2e {

namespace {

bool takesConnections(const QString &path)
{
    const QByteArray name = QFile::encodeName(path);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    qstrncpy(address.sun_path, name.constData(), sizeof address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool taken = ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0;
    ::close(fd);
    return taken;
}

QString agentProgram()
{
    return qEnvironmentVariable("GHOST_BIN_DIR") + "/ghost-agent";
}

// GHOST_LOG_LEVEL and the like are settings, and what the tests have in their environment are none.
QProcessEnvironment withoutSettings()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    for (const QString &name : environment.keys())
        if (name.startsWith("GHOST_"))
            environment.remove(name);
    // Many agents run beside each other here. A test that wants another place says so with --set.
    environment.insert("GHOST_SETTINGS_API_GRPC_LISTEN", "127.0.0.1:0");
    return environment;
}

} // namespace

QByteArray fakeConfig()
{
    return "plugins: [hypervisor-fake, api-grpc]\n"
           "defaults: {cpus: 1, memory: 64MiB, disk: 64MiB, accelerator: tcg}\n"
           "reserve: {memory: 0, disk: 0}\n";
}

QByteArray realConfig()
{
    return "plugins: [hypervisor-libvirt, network-nat, storage-qcow2, images-local, api-grpc]\n"
           "defaults: {image: mini, cpus: 1, memory: 128MiB, disk: 100MB, accelerator: tcg}\n"
           "reserve: {memory: 512MiB, disk: 500MB}\n";
}

QString miniImage()
{
    return qEnvironmentVariable("GHOST_MINI_IMAGE");
}

// Not below /tmp: its sticky bit and private mounts of services are no place for QEMU's user.
AgentProcess::AgentProcess(const QByteArray &config, const QString &root)
    : m_temporary("/var/tmp/ghost-e2e-XXXXXX")
    , m_root(root.isEmpty() ? m_temporary.filePath("root") : root)
{
    m_temporary.setAutoRemove(!qEnvironmentVariableIsSet("GHOST_E2E_KEEP"));
    ::chmod(QFile::encodeName(m_temporary.path()).constData(), 0711);
    QDir().mkpath(path("etc"));
    ::chmod(QFile::encodeName(m_root).constData(), 0711);
    writeConfig(config);
}

AgentProcess::~AgentProcess()
{
    if (isRunning())
        terminate();
    killHard();
}

bool AgentProcess::start(const QString &options, milliseconds limit)
{
    m_process.setProcessEnvironment(withoutSettings());
    m_process.setStandardOutputFile(m_temporary.filePath("out"));
    m_process.setStandardErrorFile(m_temporary.filePath("err"));
    QStringList line = m_within + QStringList{agentProgram(), "--root", m_root} + QProcess::splitCommand(options);
    const QString program = line.takeFirst();
    m_process.start(program, line);
    return m_process.waitForStarted() &&
           waitUntil(limit,
                     [&] {
                         m_process.waitForFinished(0);
                         return !isRunning() || takesConnections(path("run/agent.sock"));
                     }) &&
           isRunning();
}

Outcome AgentProcess::runToEnd(const QString &options, milliseconds limit)
{
    Outcome outcome;
    QElapsedTimer clock;
    clock.start();
    QProcess program;
    program.setProcessEnvironment(withoutSettings());
    program.start(agentProgram(), QStringList{"--root", m_root} + QProcess::splitCommand(options));
    if (program.waitForFinished(int(limit.count())) && program.exitStatus() == QProcess::NormalExit)
        outcome.exitCode = program.exitCode();
    outcome.elapsedMilliseconds = clock.elapsed();
    outcome.out = program.readAllStandardOutput();
    outcome.err = program.readAllStandardError();
    return outcome;
}

int AgentProcess::terminate(milliseconds limit)
{
    m_process.terminate();
    if (!m_process.waitForFinished(int(limit.count())) || m_process.exitStatus() != QProcess::NormalExit)
        return -1;
    return m_process.exitCode();
}

void AgentProcess::killHard()
{
    if (!isRunning())
        return;
    m_process.kill();
    m_process.waitForFinished();
}

QByteArray AgentProcess::standardError()
{
    QFile file(m_temporary.filePath("err"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

bool AgentProcess::moveRoot(const QString &to)
{
    const QString target = to.startsWith('/') ? to : m_temporary.filePath(to);
    if (!QDir().rename(m_root, target))
        return false;
    m_root = target;
    return true;
}

void AgentProcess::writeConfig(const QByteArray &config) const
{
    QFile file(path("etc/agent.yaml"));
    if (!file.open(QIODevice::WriteOnly) || file.write(config) != config.size())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

QByteArray AgentProcess::log() const
{
    QFile file(path("log/agent.log"));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void AgentProcess::setFaults(const QJsonObject &faults) const
{
    const QString folder = path("data/plugins/hypervisor-fake");
    QDir().mkpath(folder);
    // Renamed into place: the driver reads it at each call.
    QSaveFile file(folder + "/faults.json");
    if (!file.open(QIODevice::WriteOnly) || file.write(QJsonDocument(faults).toJson()) < 0 || !file.commit())
        qFatal("cannot write %s", qPrintable(file.fileName()));
}

} // namespace ghost::e2e
