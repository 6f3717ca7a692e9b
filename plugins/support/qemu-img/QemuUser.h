// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <sys/types.h>
#include <vector>

#include <QtCore/QString>

namespace ghost {

/// The number of a group; nothing if there is none of that name.
std::optional<gid_t> findGroup(const QString &name);

/// The user that QEMU runs as, and where the kernel would let it go.
class QemuUser
{
public:
    /// Nothing if there is no user of that name.
    static std::optional<QemuUser> find(const QString &name);

    QString name() const { return m_name; }
    /// The first folder on the way from / down to @p folder that this user may not pass; empty if it may pass them all.
    QString blockingFolder(const QString &folder) const;

private:
    bool maySearch(const QString &folder) const;
    bool isInGroup(gid_t group) const;

    QString m_name;
    uid_t m_uid = 0;
    std::vector<gid_t> m_groups;
};

} // namespace ghost
