// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DiskAccess.h"

#include <cerrno>
#include <sys/stat.h>
#include <unistd.h>

#include <QtCore/QFile>
#include <QtCore/QTemporaryFile>

#include "files/DurableFiles.h"

namespace ghost {

DiskAccess::DiskAccess(const QString &user, const QString &group)
    : m_userName(user)
    , m_groupName(group)
    , m_user(QemuUser::find(user))
    , m_group(findGroup(group))
{}

Result<void> DiskAccess::probe(const QString &folder)
{
    QTemporaryFile file(folder + QStringLiteral("/.probe-XXXXXX.tmp"));
    if (!file.open())
        return Error(Code::FailedPrecondition,
                     QStringLiteral("cannot write to %1: %2").arg(folder, file.errorString()));
    m_groupProblem.clear();
    if (m_groupName.isEmpty()) // QEMU runs as the agent's own user
        return {};
    if (!m_group)
        m_groupProblem =
            QStringLiteral("there is no group '%1', so disks stay in the agent's own group").arg(m_groupName);
    else if (::fchown(file.handle(), static_cast<uid_t>(-1), *m_group) != 0)
        m_groupProblem =
            QStringLiteral("the agent may not give disks to group '%1' (sudo usermod -aG %1 USER, then restart it)")
                .arg(m_groupName);
    return {};
}

Result<void> DiskAccess::give(const QString &path, Mode mode) const
{
    const QByteArray name = QFile::encodeName(path);
    if (m_group && m_groupProblem.isEmpty() && ::chown(name.constData(), static_cast<uid_t>(-1), *m_group) != 0)
        return fileError(path, errno);
    if (::chmod(name.constData(), static_cast<mode_t>(mode)) != 0)
        return fileError(path, errno);
    return {};
}

QStringList DiskAccess::problems(const QStringList &folders) const
{
    QStringList found;
    if (!m_groupProblem.isEmpty())
        found.append(m_groupProblem);
    if (!m_user)
        return found;
    for (const QString &folder : folders) {
        const QString blocking = m_user->blockingFolder(folder);
        if (!blocking.isEmpty())
            found.append(
                QStringLiteral("QEMU's user '%1' cannot reach %2: folder %3 stops it (sudo setfacl -m u:%1:x %3)")
                    .arg(m_userName, folder, blocking));
    }
    return found;
}

} // namespace ghost
