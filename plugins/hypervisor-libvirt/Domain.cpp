// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Domain.h"

#include <tuple>

#include <QtCore/QDateTime>

#include "DomainState.h"
#include "DomainXml.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

using libvirt::adoptString;
using libvirt::DomainHandle;
using libvirt::lastError;
using libvirt::lastErrorNumber;

namespace {

/// The domain's own idea of its id, without asking libvirtd.
VmId uuidOf(virDomainPtr domain)
{
    char uuid[VIR_UUID_STRING_BUFLEN] = {};
    virDomainGetUUIDString(domain, uuid);
    return VmId::fromString(QString::fromLatin1(uuid));
}

/// NotFound when it is gone or not ours.
Result<Tag> ownTag(virDomainPtr domain, AgentId agent)
{
    const QString name =
        QString::fromUtf8(virDomainGetName(domain)); // now: it would wipe out the error of the next call
    const QString xml = adoptString(virDomainGetMetadata(domain, VIR_DOMAIN_METADATA_ELEMENT, Tag::uri, 0));
    if (xml.isNull())
        return lastError(QStringLiteral("cannot read the tag of domain '%1'").arg(name));
    const auto tag = Tag::read(xml);
    if (!tag || tag->agent != agent || tag->vm != uuidOf(domain))
        return Error(Code::NotFound, QStringLiteral("domain '%1' is not this agent's").arg(name));
    return *tag;
}

Error unknown(VmId id)
{
    return Error(Code::NotFound, QStringLiteral("libvirt knows no VM %1 of this agent").arg(id.toString()));
}

bool isRunning(VmState state)
{
    return state == VmState::Running || state == VmState::Paused || state == VmState::Stopping;
}

} // namespace

Result<OwnDomain> findOwnDomain(virConnectPtr connection, AgentId agent, VmId id)
{
    DomainHandle handle(virDomainLookupByUUIDString(connection, id.toString().toLatin1().constData()));
    if (!handle)
        return lastErrorNumber() == VIR_ERR_NO_DOMAIN
                   ? unknown(id)
                   : lastError(QStringLiteral("cannot look up VM %1").arg(id.toString()));
    auto tag = ownTag(handle.get(), agent);
    if (!tag)
        return tag.error().code() == Code::NotFound ? unknown(id) : tag.error();
    return OwnDomain{std::move(handle), *std::move(tag)};
}

Result<std::vector<OwnDomain>> listOwnDomains(virConnectPtr connection, AgentId agent)
{
    virDomainPtr *array = nullptr;
    const int count = virConnectListAllDomains(connection, &array, 0);
    if (count < 0)
        return lastError(QStringLiteral("cannot list domains"));
    const QByteArray prefix = domainNamePrefix(agent).toUtf8();
    std::vector<OwnDomain> own;
    for (DomainHandle &handle : libvirt::adoptList<DomainHandle>(array, count)) {
        if (!QByteArrayView(virDomainGetName(handle.get())).startsWith(prefix))
            continue;
        auto tag = ownTag(handle.get(), agent);
        if (tag)
            own.push_back({std::move(handle), *std::move(tag)});
        else if (tag.error().code() != Code::NotFound)
            return tag.error();
    }
    return own;
}

Result<void> checkUnclaimed(virConnectPtr connection, AgentId agent, VmId id)
{
    const QString name = domainName(agent, id);
    const DomainHandle sameId(virDomainLookupByUUIDString(connection, id.toString().toLatin1().constData()));
    if (!sameId && lastErrorNumber() != VIR_ERR_NO_DOMAIN)
        return lastError(QStringLiteral("cannot look up VM %1").arg(id.toString()));
    const DomainHandle sameName(virDomainLookupByName(connection, name.toUtf8().constData()));
    if (!sameName && lastErrorNumber() != VIR_ERR_NO_DOMAIN)
        return lastError(QStringLiteral("cannot look up domain '%1'").arg(name));
    if (sameId || sameName) {
        const virDomainPtr taken = sameId ? sameId.get() : sameName.get();
        return Error(Code::AlreadyExists,
                     QStringLiteral("libvirt has a domain '%1' (%2) that this agent did not make")
                         .arg(QString::fromUtf8(virDomainGetName(taken)), uuidOf(taken).toString()));
    }
    return {};
}

Result<bool> isOff(const OwnDomain &domain)
{
    const int active = virDomainIsActive(domain.handle.get());
    if (active < 0)
        return lastError(QStringLiteral("cannot look at VM %1").arg(domain.tag.vm.toString()));
    return active == 0;
}

Result<VmInfo> describe(OwnDomain &domain, bool stopRequested)
{
    int state = 0;
    int reason = 0;
    if (virDomainGetState(domain.handle.get(), &state, &reason, 0) < 0)
        return lastError(QStringLiteral("cannot look at VM %1").arg(domain.tag.vm.toString()));
    VmInfo info;
    info.setId(domain.tag.vm);
    info.setState(vmStateOf(state, reason));
    info.setReason(stateReasonOf(state, reason, stopRequested));
    info.setAccelerator(domain.tag.accelerator);
    info.setPinned(domain.tag.pinned);
    if (isRunning(info.state())) {
        if (!domain.tag.startedAtMs) {
            domain.tag.startedAtMs = QDateTime::currentMSecsSinceEpoch();
            std::ignore = writeLiveTag(domain); // the next look tries again
        }
        info.setStartedAtMs(domain.tag.startedAtMs);
    }
    return info;
}

Result<void> writeLiveTag(const OwnDomain &domain)
{
    if (virDomainSetMetadata(domain.handle.get(), VIR_DOMAIN_METADATA_ELEMENT,
                             domain.tag.toBareXml().toUtf8().constData(), Tag::prefix, Tag::uri,
                             VIR_DOMAIN_AFFECT_LIVE) < 0)
        return lastError(QStringLiteral("cannot write the tag of VM %1").arg(domain.tag.vm.toString()));
    return {};
}

} // namespace ghost
