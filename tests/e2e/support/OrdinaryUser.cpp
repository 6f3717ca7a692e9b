// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "support/OrdinaryUser.h"

#include <QtCore/QFile>
#include <QtCore/QProcess>
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/Libvirt.h"

namespace ghost::e2e {

void becomeOrdinaryUser(uid_t user)
{
    if (::geteuid() != 0)
        return;
    if (::setgroups(0, nullptr) == 0 && ::setresgid(user, user, user) == 0 && ::setresuid(user, user, user) == 0)
        ::prctl(PR_SET_DUMPABLE, 1); // its own /proc/self belongs to it again
    qputenv("HOME", "/nonexistent");
}

QString stillRoot()
{
    return ::geteuid() == 0 ? QStringLiteral("this root cannot become another user") : QString();
}

QByteArray rootlessConfig(const QByteArray &hypervisor)
{
    return "plugins: [" + hypervisor +
           ", network-user, storage-qcow2, images-local, api-grpc]\n"
           "defaults: {image: mini, cpus: 1, memory: 128MiB, disk: 100MB, accelerator: tcg}\n"
           "reserve: {memory: 512MiB, disk: 500MB}\n"
           "settings:\n"
           "  api-grpc: {group: \"\"}\n"
           "  storage-qcow2: {user: \"\", group: \"\"}\n"
           "  hypervisor-libvirt: {uri: \"qemu:///session\"}\n";
}

GuestSsh::GuestSsh(const QString &folder)
    : m_key(folder + "/key")
{
    const QByteArray told = outputOf("dropbearkey -t ed25519 -f " + m_key);
    QFile file(publicKey());
    if (!file.open(QIODevice::WriteOnly) ||
        file.write("ssh-" + told.mid(told.indexOf("ssh-") + 4).split('\n').first() + '\n') < 0)
        qFatal("no key: is dropbear-bin installed?");
}

// Once: the agent says where the guest's ssh is when it has answered there.
QByteArray GuestSsh::run(const QString &endpoint, const QString &command) const
{
    QProcess ssh;
    ssh.start("dbclient", QStringList{"-i", m_key, "-y", "-y", "-T", "-p", endpoint.section(':', 1),
                                      "root@" + endpoint.section(':', 0, 0)} +
                              QProcess::splitCommand(command));
    if (!ssh.waitForFinished(20'000) || ssh.exitCode() != 0)
        qWarning("%s", ssh.readAllStandardError().constData());
    return ssh.readAllStandardOutput().trimmed();
}

} // namespace ghost::e2e
