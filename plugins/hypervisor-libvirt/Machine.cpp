// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Machine.h"

#include <QtCore/QXmlStreamReader>

#include "libvirt/Handles.h"
#include "libvirt/LibvirtError.h"

namespace ghost {

namespace {

// x86-64-v2 and nothing that TCG lacks. Not `maximum`: that is another CPU with each QEMU.
constexpr char tcgCpu[] = "Nehalem";
constexpr char kvmCpu[] = "host-passthrough";

} // namespace

QString virtTypeOf(Accelerator accelerator)
{
    return accelerator == Accelerator::Kvm ? QStringLiteral("kvm") : QStringLiteral("qemu");
}

QJsonObject Machine::toJson() const
{
    return {{QStringLiteral("machine"), type},
            {QStringLiteral("cpu"), cpu},
            {QStringLiteral("accelerator"), acceleratorName(accelerator)}};
}

Machine Machine::fromJson(const QJsonObject &json)
{
    return {json.value(QLatin1String("machine")).toString(), json.value(QLatin1String("cpu")).toString(),
            acceleratorFromName(json.value(QLatin1String("accelerator")).toString())};
}

Result<Machine> newestMachine(virConnectPtr connection, Accelerator accelerator)
{
    const QString capabilities = libvirt::adoptString(virConnectGetDomainCapabilities(
        connection, nullptr, "x86_64", "q35", virtTypeOf(accelerator).toUtf8().constData(), 0));
    if (capabilities.isNull())
        return libvirt::lastError(QStringLiteral("cannot ask libvirt for machine types"));
    QXmlStreamReader xml(capabilities);
    xml.readNextStartElement(); // domainCapabilities
    while (xml.readNextStartElement()) {
        if (xml.name() == QLatin1String("machine"))
            return Machine{xml.readElementText(), QLatin1String(accelerator == Accelerator::Kvm ? kvmCpu : tcgCpu),
                           accelerator};
        xml.skipCurrentElement();
    }
    return Error(Code::Unsupported, QStringLiteral("libvirt knows no machine type q35"));
}

} // namespace ghost
