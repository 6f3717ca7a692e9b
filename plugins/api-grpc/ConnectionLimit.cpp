// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "ConnectionLimit.h"

#include <sys/stat.h>

namespace ghost::api {

namespace {

/// As many as on the unix socket; both together are far from the usual limit of 1024 descriptors.
constexpr size_t maxConnections = 128;

ino_t socketInode(int fd)
{
    struct stat status = {};
    return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

} // namespace

Result<void> ConnectionLimit::admit(int connection)
{
    std::erase_if(m_open, [](const Open &open) { return socketInode(open.fd) != open.socket; });
    if (m_open.size() >= maxConnections)
        return Error(Code::ResourceExhausted,
                     QStringLiteral("connection refused: there are %1 already").arg(m_open.size()));
    m_open.push_back({connection, socketInode(connection)});
    return {};
}

} // namespace ghost::api
