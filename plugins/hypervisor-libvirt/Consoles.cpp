// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Consoles.h"

#include <cerrno>
#include <cstring>

#include <sys/socket.h>

#include "Domain.h"

namespace ghost {

Result<UniqueFd> Consoles::open(libvirt::ConnectionPool &pool, AgentId agent, VmId id, Call &call)
{
    sweep();
    auto lease = pool.acquire(call);
    if (!lease)
        return lease.error();
    auto domain = findOwnDomain(lease->get(), agent, id);
    if (!domain)
        return domain.error();
    const auto off = isOff(*domain);
    if (!off)
        return off.error();
    if (*off)
        return Error(Code::FailedPrecondition,
                     QStringLiteral("VM %1 is stopped: it has no console").arg(id.toString()));

    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return Error(Code::ResourceExhausted,
                     QStringLiteral("cannot make a socket: ") + QString::fromLocal8Bit(std::strerror(errno)));
    UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    lease->leavePool();
    auto pump = ConsolePump::start(*std::move(lease), std::move(domain->handle), std::move(ours));
    if (!pump)
        return pump.error();
    const std::lock_guard lock(m_mutex);
    m_pumps.push_back(*std::move(pump));
    return theirs;
}

void Consoles::closeAll()
{
    std::vector<std::unique_ptr<ConsolePump>> pumps;
    {
        const std::lock_guard lock(m_mutex);
        pumps.swap(m_pumps);
    }
}

void Consoles::sweep()
{
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_pumps, [](const auto &pump) { return pump->isFinished(); });
}

} // namespace ghost
