// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "VmCreation.h"

#include <algorithm>

#include "AcceleratorChoice.h"
#include "DomainXml.h"
#include "libvirt/ConnectionPool.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

namespace {

/// What no other layer can know to be wrong. The schema of our options has been checked by the core.
Result<void> checkSpec(const VmSpec &spec)
{
    if (spec.id().isNull())
        return Error(Code::InvalidArgument, QStringLiteral("a VM needs an id")).withField(QStringLiteral("id"));
    if (spec.cpus() < 1 || spec.cpus() > maxCpus)
        return Error(Code::InvalidArgument, QStringLiteral("a VM has 1 to %1 CPUs").arg(maxCpus))
            .withField(QStringLiteral("cpus"));
    if (spec.memoryBytes() < (1 << 20))
        return Error(Code::InvalidArgument, QStringLiteral("a VM needs memory"))
            .withField(QStringLiteral("memory_bytes"));
    return {};
}

/// Why libvirt did not define the VM.
Error refused(const VmSpec &spec)
{
    Error error = libvirt::lastError(QStringLiteral("libvirt does not accept the VM"));
    const auto nics = spec.nics();
    const bool wantsPasst = std::ranges::any_of(
        nics, [](const NicSource &nic) { return nic.kind() == NicSource::Kind::User && !nic.target().isEmpty(); });
    if (!wantsPasst || error.code() == Code::Unavailable)
        return error;
    // Debian 12's libvirt, 9.0, has passt in its schema and refuses it all the same.
    return Error(Code::FailedPrecondition, error.message())
        .withField(QStringLiteral("network"))
        .withHint(QStringLiteral("perhaps this libvirt cannot run passt: set settings.network-user.backend: slirp"));
}

} // namespace

VmCreation::VmCreation(libvirt::ConnectionPool &pool, AcceleratorChoice &accelerators, AgentId agent)
    : m_pool(pool)
    , m_accelerators(accelerators)
    , m_agent(agent)
{}

Result<VmInfo> VmCreation::run(const VmSpec &spec, Call &call)
{
    if (const auto ok = checkSpec(spec); !ok)
        return ok.error();
    {
        const auto lease = m_pool.acquire(call);
        if (!lease)
            return lease.error();
        auto existing = findOwnDomain(lease->get(), m_agent, spec.id());
        if (existing)
            return renew(*std::move(existing), lease->get(), spec);
        if (existing.error().code() != Code::NotFound)
            return existing.error();
        if (const auto free = checkUnclaimed(lease->get(), m_agent, spec.id()); !free)
            return free.error();
    }
    // A VM that was lost and is made again keeps the machine that its guest knows.
    Machine machine = Machine::fromJson(spec.pinned());
    if (machine.type.isEmpty()) {
        auto chosen = m_accelerators.machineFor(spec.accelerator(), call);
        if (!chosen)
            return chosen.error();
        machine = *chosen;
    }
    if (const auto ok = call.check(); !ok)
        return ok.error();
    const auto lease = m_pool.acquire(call);
    if (!lease)
        return lease.error();
    return define(lease->get(), spec, machine);
}

Result<VmInfo> VmCreation::renew(OwnDomain existing, virConnectPtr connection, const VmSpec &spec)
{
    if (const auto same = existing.tag.specInKind().equalInKind(spec); !same)
        return Error(Code::AlreadyExists, QStringLiteral("VM %1 ").arg(spec.id().toString()) + same.error().message())
            .withField(same.error().field());
    const auto off = isOff(existing);
    if (!off)
        return off.error();
    if (!*off)
        return describe(existing, false);
    return define(connection, spec, Machine::fromJson(existing.tag.pinned));
}

Result<VmInfo> VmCreation::define(virConnectPtr connection, const VmSpec &spec, const Machine &machine)
{
    Tag tag = Tag::of(m_agent, spec, machine.accelerator, machine.toJson());
    const QString xml = domainXml(spec, machine, tag);
    libvirt::DomainHandle handle(
        virDomainDefineXMLFlags(connection, xml.toUtf8().constData(), VIR_DOMAIN_DEFINE_VALIDATE));
    if (!handle)
        return refused(spec);
    OwnDomain domain{std::move(handle), std::move(tag)};
    return describe(domain, false);
}

} // namespace ghost
