// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DomainStart.h"

#include "StartXml.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

using libvirt::adoptString;
using libvirt::lastError;

namespace {

Result<QString> definitionOf(const OwnDomain &domain)
{
    const QString xml =
        adoptString(virDomainGetXMLDesc(domain.handle.get(), VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE));
    if (xml.isNull())
        return lastError(QStringLiteral("cannot read the definition of VM %1").arg(domain.tag.vm.toString()));
    return xml;
}

/// QEMU refused: a disk that is gone, memory that is not there. libvirt calls all of it internal.
Error startError(VmId id)
{
    const Error error = lastError(QStringLiteral("cannot start VM %1").arg(id.toString()));
    return error.code() == Code::Internal ? Error(Code::FailedPrecondition, error.message()) : error;
}

} // namespace

Result<void> startDomain(OwnDomain &domain)
{
    const auto definition = definitionOf(domain);
    if (!definition)
        return definition.error();
    const auto start = startXml(*definition, domain.tag);
    if (!start)
        return Error(Code::Internal, QStringLiteral("the definition of VM %1 is no XML").arg(domain.tag.vm.toString()));
    // A name and id that libvirt has defined: it starts that domain as this text says, and keeps the definition.
    const libvirt::DomainHandle started(virDomainCreateXML(virDomainGetConnect(domain.handle.get()),
                                                           start->domain.toUtf8().constData(), VIR_DOMAIN_NONE));
    if (!started) {
        const Error why = startError(domain.tag.vm);
        // It is asked, not read off the error: "operation invalid" has other reasons, too.
        return virDomainIsActive(domain.handle.get()) == 1 ? Result<void>() : why;
    }
    domain.tag.cardsUnplugged = !start->cards.isEmpty();
    return plugCards(domain);
}

Result<void> plugCards(OwnDomain &domain)
{
    if (!domain.tag.cardsUnplugged)
        return {};
    const auto definition = definitionOf(domain);
    if (!definition)
        return definition.error();
    for (const QString &card : filteredCards(*definition))
        if (virDomainUpdateDeviceFlags(domain.handle.get(), card.toUtf8().constData(), VIR_DOMAIN_AFFECT_LIVE) < 0)
            return lastError(QStringLiteral("cannot plug the network card of VM %1").arg(domain.tag.vm.toString()));
    domain.tag.cardsUnplugged = false;
    return writeLiveTag(domain);
}

} // namespace ghost
