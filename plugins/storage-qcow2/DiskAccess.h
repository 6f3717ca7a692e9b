// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <sys/types.h>

#include <QtCore/QString>
#include <QtCore/QStringList>

#include "ghost/Result.h"
#include "qemu-img/QemuUser.h"

namespace ghost {

/// Who may read a disk: the agent, root, and the group of the QEMU processes; nobody else.
class DiskAccess
{
public:
    enum class Mode : int { Unspecified = 0, ReadWrite = 0660, ReadOnly = 0640 };

    DiskAccess() = default;
    /// An empty @p group: disks stay in the agent's own. An empty @p user: no folder is looked at.
    DiskAccess(const QString &user, const QString &group);

    /// Tries it out with a file in @p folder: an Error when the folder cannot be written; a problem() when only the
    /// group cannot be given.
    Result<void> probe(const QString &folder);
    /// Sets mode and, where permitted, group of a new file.
    Result<void> give(const QString &path, Mode mode) const;
    /// Why QEMU would not get at disks in these folders; empty when it would.
    QStringList problems(const QStringList &folders) const;

private:
    QString m_userName;
    QString m_groupName;
    std::optional<QemuUser> m_user;
    std::optional<gid_t> m_group;
    QString m_groupProblem;
};

} // namespace ghost
