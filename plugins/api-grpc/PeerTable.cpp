// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "PeerTable.h"

#include <charconv>

#include <fcntl.h>
#include <sys/stat.h>

namespace ghost::api {

namespace {

/// Enough for a desktop's programs, and far from the usual limit of 1024 descriptors.
constexpr int maxConnections = 128;

constexpr std::string_view prefix = "fd:";

ino_t socketInode(int fd)
{
    struct stat status = {};
    return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
}

Error exhausted(const QString &why)
{
    return Error(Code::ResourceExhausted, QStringLiteral("connection refused: %1").arg(why));
}

} // namespace

bool PeerTable::isOne(std::string_view peer)
{
    return peer.starts_with(prefix);
}

int PeerTable::openConnections() const
{
    int open = 0;
    for (size_t number = 0; number < m_slots.size(); ++number)
        if (m_slots[number].user && socketInode(int(number)) == m_slots[number].socket)
            ++open;
    return open;
}

Result<int> PeerTable::admit(UniqueFd connection, uid_t user)
{
    const std::lock_guard lock(m_mutex);
    if (openConnections() >= maxConnections)
        return exhausted(QStringLiteral("%1 are open").arg(maxConnections));
    for (int from = 0;;) {
        UniqueFd moved(::fcntl(connection.get(), F_DUPFD_CLOEXEC, from));
        if (!moved)
            return exhausted(QStringLiteral("no file descriptor left"));
        const auto number = size_t(moved.get());
        if (number >= m_slots.size())
            m_slots.resize(number + 1);
        if (!m_slots[number].user || m_slots[number].user == user) {
            m_slots[number] = Slot{user, socketInode(moved.get())};
            return moved.release();
        }
        from = moved.get() + 1;
    }
}

Result<Principal> PeerTable::principal(std::string_view peer) const
{
    size_t number = 0;
    if (isOne(peer)) {
        const auto end = peer.data() + peer.size();
        const auto [rest, error] = std::from_chars(peer.data() + prefix.size(), end, number);
        const std::lock_guard lock(m_mutex);
        if (error == std::errc() && rest == end && number < m_slots.size() && m_slots[number].user)
            return Principal(Principal::Kind::LocalUser, QString::number(*m_slots[number].user));
    }
    return Error(Code::Unauthenticated, QStringLiteral("nobody is known behind this connection"));
}

} // namespace ghost::api
