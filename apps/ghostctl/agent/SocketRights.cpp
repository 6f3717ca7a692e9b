// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "agent/SocketRights.h"

#include <algorithm>
#include <grp.h>
#include <optional>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include <QtCore/QFile>
#include <QtCore/QFileInfo>

namespace ghost::ctl {
namespace {

/// The first of the socket and the folders above it that we can look at: the one that stands in the way, or is next to
/// it.
std::optional<struct stat> nearestVisible(QString path)
{
    while (true) {
        struct stat found
        {
        };
        if (::stat(QFile::encodeName(path).constData(), &found) == 0)
            return found;
        const QString parent = QFileInfo(path).path();
        if (parent == path)
            return std::nullopt;
        path = parent;
    }
}

/// In the user database; a login from before that was changed does not have it yet.
bool isMember(const passwd &user, gid_t group)
{
    int count = 64;
    std::vector<gid_t> groups(static_cast<size_t>(count));
    if (::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count) < 0) {
        groups.resize(size_t(count));
        ::getgrouplist(user.pw_name, user.pw_gid, groups.data(), &count);
    }
    return std::find(groups.begin(), groups.begin() + count, group) != groups.begin() + count;
}

Error denied(const QString &path, const QString &why)
{
    return Error(Code::PermissionDenied, QStringLiteral("cannot open %1: %2").arg(path, why));
}

} // namespace

Error noRightError(const QString &path)
{
    const std::optional<struct stat> found = nearestVisible(path);
    const bool groupMay = found && (S_ISSOCK(found->st_mode) ? (found->st_mode & S_IWGRP) : (found->st_mode & S_IXGRP));
    const group *owner = groupMay && found->st_gid != 0 ? ::getgrgid(found->st_gid) : nullptr;
    if (!owner)
        return denied(path, QStringLiteral("only its owner may")).withHint(QStringLiteral("run ghostctl with sudo"));

    const QString name = QString::fromLocal8Bit(owner->gr_name);
    const passwd *user = ::getpwuid(::geteuid());
    if (user && isMember(*user, found->st_gid))
        return denied(path,
                      QStringLiteral("you are in group %1 only since after you logged in: log in again").arg(name));
    return denied(path,
                  QStringLiteral("you are not in group %1: sudo usermod -aG %1 $USER, then log in again").arg(name));
}

} // namespace ghost::ctl
