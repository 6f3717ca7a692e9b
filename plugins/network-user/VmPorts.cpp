// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VmPorts.h"

#include <algorithm>

#include "ForwardRules.h"

namespace ghost::user {
namespace {

/// More names than this help nobody.
constexpr int mostHoldersNamed = 8;

bool hasPort(const QList<Forward> &forwards, int hostPort)
{
    return std::ranges::any_of(forwards, [&](const Forward &forward) { return forward.to.hostPort() == hostPort; });
}

bool leadsToTheSame(const PortForward &a, const PortForward &b)
{
    return a.protocol() == b.protocol() && a.guestPort() == b.guestPort() && a.hostAddress() == b.hostAddress();
}

} // namespace

VmPorts::VmPorts(const QString &folder, HostPorts range, uint startAt)
    : m_files(folder)
    , m_range(range)
    , m_startAt(int(startAt % uint(range.count())))
{}

Result<QStringList> VmPorts::load()
{
    const std::lock_guard lock(m_mutex);
    const auto contents = m_files.load();
    if (!contents)
        return contents.error();
    for (const Port &port : contents->ports)
        m_ports.insert(port.vm, port);
    m_lost = contents->lost;
    return contents->problems;
}

Result<Port> VmPorts::plug(NetworkId network, const PortSpec &spec)
{
    const std::lock_guard lock(m_mutex);
    const auto known = m_ports.constFind(spec.vm());
    Port port = known != m_ports.constEnd() ? *known : Port{};
    port.network = network;
    port.name = spec.name();
    if (known != m_ports.constEnd()) {
        if (const auto renewed = renewTaken(port); !renewed)
            return renewed.error();
        if (port == *known)
            return port;
    } else {
        port.vm = spec.vm();
        port.mac = macOf(spec.vm());
        PortForward ssh = sshForward();
        const auto chosen = choose(ssh, {});
        if (!chosen)
            return chosen.error();
        ssh.setHostPort(*chosen);
        port.forwards.append({.to = ssh, .isChosen = true});
    }
    if (const auto kept = keep(port); !kept)
        return kept.error();
    return port;
}

Result<Port> VmPorts::setForwards(VmId vm, const QList<PortForward> &wishes)
{
    const std::lock_guard lock(m_mutex);
    const auto at = m_ports.constFind(vm);
    if (at == m_ports.constEnd())
        return Error(Code::NotFound, QStringLiteral("VM %1 has no port on this network").arg(vm.toString()));
    Port port = *at;
    port.forwards.clear();
    // Wishes with a number first: what is chosen afterwards goes round them.
    QList<Forward> numbered;
    for (const PortForward &wish : wishes)
        if (wish.hostPort() != 0)
            numbered.append({.to = wish});
    for (qsizetype i = 0; i < wishes.size(); ++i) {
        const auto forward = granted(*at, wishes[i], numbered + port.forwards);
        if (!forward)
            return forward.error().withField(QStringLiteral("forwards[%1].host_port").arg(i));
        port.forwards.append(*forward);
    }
    if (const auto kept = keep(port); !kept)
        return kept.error();
    return port;
}

Result<void> VmPorts::unplug(VmId vm)
{
    const std::lock_guard lock(m_mutex);
    if (!m_ports.contains(vm) && !m_lost.contains(vm))
        return {};
    auto removed = m_files.remove(vm);
    if (removed) {
        m_ports.remove(vm);
        m_lost.remove(vm);
    }
    return removed;
}

std::optional<Port> VmPorts::find(VmId vm) const
{
    const std::lock_guard lock(m_mutex);
    const auto at = m_ports.constFind(vm);
    return at == m_ports.constEnd() ? std::nullopt : std::optional(*at);
}

QList<Port> VmPorts::ports() const
{
    const std::lock_guard lock(m_mutex);
    return m_ports.values();
}

QList<VmId> VmPorts::vms() const
{
    const std::lock_guard lock(m_mutex);
    return m_ports.keys() + m_lost.values();
}

QSet<VmId> VmPorts::lost() const
{
    const std::lock_guard lock(m_mutex);
    return m_lost;
}

// The caller holds m_mutex, here and below.
Result<void> VmPorts::keep(const Port &port)
{
    if (auto written = m_files.write(port); !written)
        return written;
    m_ports.insert(port.vm, port);
    m_lost.remove(port.vm);
    return {};
}

Result<void> VmPorts::renewTaken(Port &port) const
{
    for (Forward &forward : port.forwards) {
        if (!isStrangers(forward.to))
            continue;
        if (!forward.isChosen)
            return Error(Code::AlreadyExists,
                         QStringLiteral("port %1 of this machine, which leads to VM '%2', is in use by %3")
                             .arg(forward.to.hostPort())
                             .arg(port.name, holderOf(forward.to.hostPort())))
                .withHint(QStringLiteral("end that program, or give the VM another port"));
        const auto chosen = choose(forward.to, port.forwards);
        if (!chosen)
            return chosen.error();
        forward.to.setHostPort(*chosen);
    }
    return {};
}

/// @p old: what the VM has so far; @p others: what else it is to have.
Result<Forward> VmPorts::granted(const Port &old, const PortForward &wish, const QList<Forward> &others) const
{
    if (wish.hostPort() == 0) {
        const auto same = std::ranges::find_if(old.forwards, [&](const Forward &forward) {
            return leadsToTheSame(forward.to, wish) && !hasPort(others, forward.to.hostPort());
        });
        if (same != old.forwards.end())
            return *same;
        const auto chosen = choose(wish, others + old.forwards);
        if (!chosen)
            return chosen.error();
        Forward forward{.to = wish, .isChosen = true};
        forward.to.setHostPort(*chosen);
        return forward;
    }
    if (const Port *other = holder(wish, old.vm))
        return Error(Code::AlreadyExists,
                     QStringLiteral("port %1 of this machine leads to VM '%2'").arg(wish.hostPort()).arg(other->name))
            .withHint(QStringLiteral("choose another host port (0: any free one)"));
    // While the VM runs its own forward is in the way, and is replaced; while it does not, a stranger may have come.
    const auto own = std::ranges::find_if(old.forwards, [&](const Forward &forward) {
        return forward.to.protocol() == wish.protocol() && forward.to.hostPort() == wish.hostPort();
    });
    if (own == old.forwards.end() || isStrangers(wish))
        if (const auto free = checkFree(wish); !free)
            return free.error();
    return Forward{.to = wish, .isChosen = own != old.forwards.end() && own->to == wish && own->isChosen};
}

/// A host port for @p forward that none of our VMs has and that no program listens on.
Result<int> VmPorts::choose(PortForward forward, const QList<Forward> &others) const
{
    QSet<int> taken;
    for (const Port &port : m_ports)
        for (const Forward &held : port.forwards)
            taken.insert(held.to.hostPort());
    for (const Forward &other : others)
        taken.insert(other.to.hostPort());
    for (int i = 0; i < m_range.count(); ++i) {
        const int candidate = m_range.first + (m_startAt + i) % m_range.count();
        forward.setHostPort(candidate);
        if (taken.contains(candidate) || isInUse(forward)) // whose it is costs a look at all processes
            continue;
        const auto free = checkFree(forward);
        if (free)
            return candidate;
        if (free.error().code() != Code::AlreadyExists)
            return free.error();
    }
    return exhausted();
}

const Port *VmPorts::holder(const PortForward &forward, VmId except) const
{
    for (const Port &port : m_ports)
        if (port.vm != except &&
            std::ranges::any_of(port.forwards, [&](const Forward &held) { return collide(held.to, forward); }))
            return &port;
    return nullptr;
}

Error VmPorts::exhausted() const
{
    QStringList holders;
    for (int port = m_range.first; port <= m_range.last && holders.size() < mostHoldersNamed; ++port) {
        const auto vm = std::ranges::find_if(m_ports, [&](const Port &held) { return hasPort(held.forwards, port); });
        holders.append(QStringLiteral("%1: %2").arg(
            QString::number(port), vm != m_ports.end() ? QStringLiteral("VM '%1'").arg(vm->name) : holderOf(port)));
    }
    const int rest = m_range.count() - int(holders.size());
    if (rest > 0)
        holders.append(QStringLiteral("and %1 more").arg(rest));
    return Error(
               Code::ResourceExhausted,
               QStringLiteral("no port of %1 is free (%2)").arg(m_range.toString(), holders.join(QStringLiteral("; "))))
        .withHint(QStringLiteral("delete a VM, or set settings.network-user.host_ports to a wider range"));
}

} // namespace ghost::user
