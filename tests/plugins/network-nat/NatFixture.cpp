// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "NatFixture.h"

#include <algorithm>

#include <QtCore/QDir>
#include <QtCore/QJsonArray>
#include <QtTest/QTest>
#include <libvirt/virterror.h>

namespace ghost::nat {

namespace {

constexpr const char *systemUri = "qemu:///system";

} // namespace

NatFixture::Connection NatFixture::connect()
{
    virSetErrorFunc(nullptr, [](void *, virErrorPtr) {}); // expected failures are not news
    return Connection(virConnectOpen(systemUri));
}

bool NatFixture::libvirtAnswers()
{
    return connect() != nullptr;
}

NatFixture::NatFixture()
    : uri(QLatin1String(systemUri))
{
    QVERIFY(m_libvirt);
    start();
}

NatFixture::~NatFixture()
{
    stop();
    if (const libvirt::NetworkHandle left = lookUp()) {
        virNetworkDestroy(left.get());
        virNetworkUndefine(left.get());
    }
    if (const libvirt::FilterHandle left{virNWFilterLookupByName(m_libvirt.get(), qPrintable(objectName()))})
        virNWFilterUndefine(left.get());
}

void NatFixture::stop()
{
    Question call;
    if (network)
        QVERIFY(network->deactivate(call));
    network.reset();
}

void NatFixture::start()
{
    Question call;
    network = std::make_unique<NatNetwork>();
    QVERIFY(network->activate(context, config(), call));
}

QJsonObject NatFixture::config() const
{
    return {{"uri", uri},
            {"subnets", QJsonArray{"10.211.0.0/16"}},
            {"lease_seconds", 600},
            {"spoof_filter", true},
            {"lease_folder", leaseFolder}};
}

NetworkSpec NatFixture::spec() const
{
    NetworkSpec spec;
    spec.setId(id);
    spec.setName(QStringLiteral("ghosttest"));
    return spec;
}

Result<NicSource> NatFixture::plug(VmId vm, const QString &name, Call &call)
{
    PortSpec port;
    port.setVm(vm);
    port.setName(name);
    return network->plug(id, port, call);
}

QString NatFixture::objectName() const
{
    return QStringLiteral("ghost-%1-%2").arg(context.agentId().shortString(), id.shortString());
}

libvirt::NetworkHandle NatFixture::lookUp() const
{
    return libvirt::NetworkHandle(virNetworkLookupByName(m_libvirt.get(), qPrintable(objectName())));
}

QString NatFixture::xml() const
{
    const libvirt::NetworkHandle found = lookUp();
    return found ? libvirt::adoptString(virNetworkGetXMLDesc(found.get(), 0)) : QString();
}

QString NatFixture::portsFile() const
{
    return QDir(context.folder(Folder::Data)).filePath(id.toString() + QStringLiteral(".json"));
}

QStringList NatFixture::traces() const
{
    const QString agent = context.agentId().shortString();
    QStringList found;
    for (const QString &folder : {QStringLiteral("/etc/libvirt/qemu/networks"), QStringLiteral("/etc/libvirt/nwfilter"),
                                  QStringLiteral("/var/lib/libvirt/dnsmasq"), QStringLiteral("/run/libvirt/network"),
                                  QStringLiteral("/sys/class/net"), context.folder(Folder::Data)}) {
        for (const QString &name :
             QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot)) {
            if (name.endsWith(QStringLiteral(".pid")))
                continue; // libvirt leaves dnsmasq's pid file behind, in every network
            if (name.contains(agent) || folder == context.folder(Folder::Data))
                found.append(QDir(folder).filePath(name));
        }
    }
    return found;
}

bool NatFixture::saysAddressChanged(VmId vm) const
{
    return std::ranges::any_of(context.events(), [vm](const DriverEvent &event) {
        return event.kind == DriverEvent::Kind::AddressChanged && event.vm == vm;
    });
}

} // namespace ghost::nat
