// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/Libvirt.h"

#include <csignal>

#include <QtCore/QDir>
#include <QtCore/QDirIterator>
#include <QtCore/QFile>
#include <QtCore/QProcess>

namespace ghost::e2e {

namespace {

// The agent's own books, which change with every command, and what has its process's number or ports in it.
bool isBook(const QString &path)
{
    return path.startsWith("log/") || path.startsWith("data/vms.json") || path.startsWith("data/operations.sqlite") ||
           path == "data/agent.lock" || path == "run/endpoints.json";
}

QByteArray filesBelow(const QString &root)
{
    QStringList files;
    QDirIterator at(root, QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot,
                    QDirIterator::Subdirectories);
    while (at.hasNext()) {
        const QString path = QDir(root).relativeFilePath(at.next());
        if (!isBook(path))
            files.append(path + ' ' + (at.fileInfo().isFile() ? QString::number(at.fileInfo().size()) : QString()));
    }
    files.sort();
    return files.join('\n').toUtf8();
}

QByteArray namesIn(const QString &folder)
{
    return QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot, QDir::Name).join(' ').toUtf8();
}

} // namespace

QByteArray outputOf(const QString &line, milliseconds limit)
{
    QProcess process;
    process.startCommand(line);
    if (process.waitForFinished(int(limit.count())) && process.exitStatus() == QProcess::NormalExit &&
        process.exitCode() == 0)
        return process.readAllStandardOutput();
    qWarning("%s: %s", qPrintable(line), process.readAllStandardError().constData());
    return {};
}

QByteArray virsh(const QString &line)
{
    return outputOf("virsh -q " + line);
}

bool virshDoes(const QString &line)
{
    return QProcess::execute("virsh", QStringList{"-q"} + QProcess::splitCommand(line)) == 0;
}

QByteArray everythingThere(const QString &root)
{
    QByteArray all;
    const auto add = [&](const char *title, const QByteArray &text) {
        all += QByteArray("== ") + title + '\n' + text + '\n';
    };
    add("domains", virsh("list --all"));
    add("filters", virsh("nwfilter-list") + virsh("nwfilter-binding-list"));
    for (const QByteArray &network : virsh("net-list --all --name").split('\n'))
        if (!network.trimmed().isEmpty())
            add("network", virsh("net-dumpxml " + QString::fromUtf8(network.trimmed())));
    add("interfaces", namesIn("/sys/class/net"));
    add("packet rules", outputOf("nft --stateless list ruleset"));
    add("libvirt's guests", namesIn("/run/libvirt/qemu") + namesIn("/etc/libvirt/qemu"));
    add("files", filesBelow(root));
    return all;
}

QByteArray difference(const QByteArray &before, const QByteArray &after)
{
    if (before == after)
        return {};
    const QList<QByteArray> old = before.split('\n');
    const QList<QByteArray> now = after.split('\n');
    QByteArray text = "different:";
    for (const QByteArray &line : old)
        text += now.contains(line) ? QByteArray() : "\n- " + line;
    for (const QByteArray &line : now)
        text += old.contains(line) ? QByteArray() : "\n+ " + line;
    return text;
}

qint64 qemuPid(const QString &domain)
{
    QFile file("/run/libvirt/qemu/" + domain + ".pid");
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toLongLong() : 0;
}

QStringList domains()
{
    return QString::fromUtf8(virsh("list --all --name")).split('\n', Qt::SkipEmptyParts);
}

LibvirtDaemon::~LibvirtDaemon()
{
    thaw();
}

bool LibvirtDaemon::waitUntilItAnswers(milliseconds limit) const
{
    return waitUntil(limit, [] {
        return QProcess::execute("sh", {"-c", "timeout 5 virsh -q version >/dev/null 2>&1"}) == 0;
    });
}

bool LibvirtDaemon::startAgain() const
{
    return QProcess::execute("libvirtd", {"-d", "--pid-file", "/run/libvirtd.pid"}) == 0 && waitUntilItAnswers();
}

void LibvirtDaemon::stopHard() const
{
    const qint64 daemon = pid();
    ::kill(pid_t(daemon), SIGKILL);
    waitUntil(seconds(10), [&] { return ::kill(pid_t(daemon), 0) != 0; });
}

void LibvirtDaemon::freeze() const
{
    ::kill(pid_t(pid()), SIGSTOP);
}

void LibvirtDaemon::thaw() const
{
    if (pid() > 1)
        ::kill(pid_t(pid()), SIGCONT);
}

qint64 LibvirtDaemon::pid()
{
    QFile file("/run/libvirtd.pid");
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed().toLongLong() : 0;
}

} // namespace ghost::e2e
