// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "QemuUser.h"

#include <algorithm>
#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>

#include <QtCore/QByteArray>
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QStringList>
#include <QtCore/QtEndian>

namespace ghost {

namespace {

/// The entries of a folder's access control list; none for a folder that has only the plain mode.
std::vector<posix_acl_xattr_entry> accessList(const QByteArray &path)
{
    QByteArray value(65536, '\0');
    const ssize_t got =
        ::getxattr(path.constData(), "system.posix_acl_access", value.data(), static_cast<size_t>(value.size()));
    const auto header = static_cast<ssize_t>(sizeof(posix_acl_xattr_header));
    std::vector<posix_acl_xattr_entry> entries;
    for (ssize_t at = header; at + static_cast<ssize_t>(sizeof(posix_acl_xattr_entry)) <= got;
         at += static_cast<ssize_t>(sizeof(posix_acl_xattr_entry))) {
        posix_acl_xattr_entry entry;
        entry.e_tag = qFromLittleEndian<quint16>(value.constData() + at);
        entry.e_perm = qFromLittleEndian<quint16>(value.constData() + at + 2);
        entry.e_id = qFromLittleEndian<quint32>(value.constData() + at + 4);
        entries.push_back(entry);
    }
    return entries;
}

} // namespace

std::optional<gid_t> findGroup(const QString &name)
{
    group entry = {};
    group *found = nullptr;
    QByteArray buffer(65536, '\0');
    if (::getgrnam_r(name.toLocal8Bit().constData(), &entry, buffer.data(), static_cast<size_t>(buffer.size()),
                     &found) != 0 ||
        !found)
        return {};
    return entry.gr_gid;
}

std::optional<QemuUser> QemuUser::find(const QString &name)
{
    passwd entry = {};
    passwd *found = nullptr;
    QByteArray buffer(65536, '\0');
    const QByteArray localName = name.toLocal8Bit();
    if (::getpwnam_r(localName.constData(), &entry, buffer.data(), static_cast<size_t>(buffer.size()), &found) != 0 ||
        !found)
        return {};
    QemuUser user;
    user.m_name = name;
    user.m_uid = entry.pw_uid;
    int count = 256;
    user.m_groups.resize(static_cast<size_t>(count));
    ::getgrouplist(localName.constData(), entry.pw_gid, user.m_groups.data(), &count);
    user.m_groups.resize(static_cast<size_t>(std::min(count, 256)));
    return user;
}

QString QemuUser::blockingFolder(const QString &folder) const
{
    QString path = QStringLiteral("/");
    const QStringList parts = QDir::cleanPath(folder).split(u'/', Qt::SkipEmptyParts);
    if (!maySearch(path))
        return path;
    for (const QString &part : parts) {
        path = QDir(path).filePath(part);
        if (!maySearch(path))
            return path;
    }
    return {};
}

bool QemuUser::isInGroup(gid_t group) const
{
    return std::find(m_groups.begin(), m_groups.end(), group) != m_groups.end();
}

/// As acl(5) decides: owner, named user, then any matching group, then others; the mask bounds the middle ones.
bool QemuUser::maySearch(const QString &folder) const
{
    const QByteArray path = QFile::encodeName(folder);
    struct stat status = {};
    if (m_uid == 0 || ::stat(path.constData(), &status) != 0) // what we cannot see we do not blame
        return true;
    if (status.st_uid == m_uid)
        return status.st_mode & S_IXUSR;

    const std::vector<posix_acl_xattr_entry> entries = accessList(path);
    if (entries.empty())
        return status.st_mode & (isInGroup(status.st_gid) ? S_IXGRP : S_IXOTH);
    const bool maskAllows = status.st_mode & S_IXGRP; // with a list, the mode's group bits are its mask
    bool groupMatches = false;
    bool groupAllows = false;
    for (const posix_acl_xattr_entry &entry : entries) {
        const bool allows = entry.e_perm & ACL_EXECUTE;
        if (entry.e_tag == ACL_USER && entry.e_id == m_uid)
            return allows && maskAllows;
        if ((entry.e_tag == ACL_GROUP_OBJ && isInGroup(status.st_gid)) ||
            (entry.e_tag == ACL_GROUP && isInGroup(entry.e_id))) {
            groupMatches = true;
            groupAllows = groupAllows || allows;
        }
    }
    return groupMatches ? groupAllows && maskAllows : bool(status.st_mode & S_IXOTH);
}

} // namespace ghost
