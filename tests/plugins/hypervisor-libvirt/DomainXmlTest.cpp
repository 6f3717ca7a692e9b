// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DomainXml.h"

#include <QtCore/QRegularExpression>
#include <QtCore/QXmlStreamReader>
#include <QtTest/QTest>

using namespace ghost;

namespace {

/// Each element's path with its attributes and text, in document order: `devices/disk/driver type=qcow2`.
QStringList flatten(const QString &text)
{
    QStringList lines;
    QStringList path;
    QXmlStreamReader xml(text);
    while (!xml.atEnd()) {
        xml.readNext();
        if (xml.isStartElement()) {
            path.append(xml.name().toString());
            QString line = path.mid(1).join(u'/');
            for (const QXmlStreamAttribute &attribute : xml.attributes())
                line += QStringLiteral(" %1=%2").arg(attribute.name(), attribute.value());
            lines.append(line);
        } else if (xml.isEndElement()) {
            path.removeLast();
        } else if (xml.isCharacters() && !xml.isWhitespace()) {
            lines.last() += QStringLiteral(" = ") + xml.text().toString();
        }
    }
    return xml.hasError() ? QStringList{xml.errorString()} : lines;
}

VmSpec smallSpec()
{
    VmSpec spec;
    spec.setId(VmId::fromString(u"0d3b5f1a-1111-4222-8333-444455556666"));
    spec.setName(QStringLiteral("my-vm"));
    spec.setCpus(2);
    spec.setMemoryBytes(256 << 20);
    return spec;
}

DiskSource disk(const QString &path, bool readOnly)
{
    DiskSource source;
    source.setVolume(VolumeId::create());
    source.setPath(path);
    source.setFormat(readOnly ? QStringLiteral("raw") : QStringLiteral("qcow2"));
    source.setReadOnly(readOnly);
    return source;
}

const AgentId agent = AgentId::fromString(u"a1b2c3d4-0000-4000-8000-000000000000");

QStringList linesOf(const VmSpec &spec, Accelerator accelerator = Accelerator::Tcg)
{
    const Machine machine{
        QStringLiteral("pc-q35-7.2"),
        accelerator == Accelerator::Kvm ? QStringLiteral("host-passthrough") : QStringLiteral("Nehalem"), accelerator};
    return flatten(domainXml(spec, machine, Tag::of(agent, spec, accelerator, machine.toJson())));
}

NicSource userNic(const QString &passt)
{
    PortForward ssh;
    ssh.setProtocol(PortForward::Protocol::Tcp);
    ssh.setGuestPort(22);
    ssh.setHostAddress(QStringLiteral("127.0.0.1"));
    ssh.setHostPort(23000);
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setTarget(passt);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setForwards({ssh});
    return nic;
}

/// Of a device on the root bus.
QString address(int slot)
{
    return QStringLiteral("devices/%2/address type=pci domain=0x0000 bus=0x00 slot=0x%1 function=0x0")
        .arg(slot, 2, 16, QLatin1Char('0'));
}

} // namespace

class DomainXmlTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesTheDomainByItsIds();
    void isTheMachineThatWasPinned();
    void runsUnderTheAcceleratorAsked();
    void hasTheDevicesOfEveryVm();
    void attachesDisksInOrder();
    void namesManyDisksAsLibvirtDoes();
    void hasNoTwoDevicesInOnePlace();
    void plugsABridgeWithItsFilter();
    void plugsAUserNetwork();
    void letsPasstCarryAUserNetwork();
    void honoursEachOption();
    void escapesOddNames_data();
    void escapesOddNames();
};

void DomainXmlTest::namesTheDomainByItsIds()
{
    const QStringList lines = linesOf(smallSpec());
    QCOMPARE(lines.at(0), QStringLiteral(" type=qemu"));
    QVERIFY(lines.contains(QStringLiteral("name = ghost-a1b2c3d4-0d3b5f1a")));
    QVERIFY(lines.contains(QStringLiteral("uuid = 0d3b5f1a-1111-4222-8333-444455556666")));
    QVERIFY(lines.contains(QStringLiteral("title = my-vm")));
    QVERIFY(lines.contains(QStringLiteral("memory unit=b = 268435456")));
    QVERIFY(lines.contains(QStringLiteral("vcpu placement=static = 2")));
}

void DomainXmlTest::isTheMachineThatWasPinned()
{
    const QStringList lines = linesOf(smallSpec());
    QVERIFY(lines.contains(QStringLiteral("os/type arch=x86_64 machine=pc-q35-7.2 = hvm")));
    QVERIFY(lines.contains(QStringLiteral("cpu/model fallback=forbid = Nehalem")));
    QVERIFY(lines.contains(QStringLiteral("on_crash = destroy")));
    QVERIFY(lines.contains(QStringLiteral("on_reboot = restart")));
}

void DomainXmlTest::runsUnderTheAcceleratorAsked()
{
    const QStringList lines = linesOf(smallSpec(), Accelerator::Kvm);
    QCOMPARE(lines.at(0), QStringLiteral(" type=kvm"));
    QVERIFY(lines.contains(QStringLiteral("cpu mode=host-passthrough check=none migratable=on")));
}

void DomainXmlTest::hasTheDevicesOfEveryVm()
{
    const QStringList lines = linesOf(smallSpec());
    QVERIFY(lines.contains(QStringLiteral("devices/serial/target type=isa-serial port=0")));
    QVERIFY(lines.contains(QStringLiteral("devices/console/target type=serial port=0")));
    QVERIFY(lines.contains(QStringLiteral("devices/channel/target type=virtio name=org.qemu.guest_agent.0")));
    QVERIFY(lines.contains(QStringLiteral("devices/rng/backend model=random = /dev/urandom")));
    QVERIFY(lines.contains(QStringLiteral("devices/memballoon model=virtio-non-transitional "
                                          "autodeflate=on freePageReporting=on")));
    QVERIFY(lines.contains(QStringLiteral("devices/controller type=usb index=0 model=none")));
    QVERIFY(lines.filter(QStringLiteral("graphics")).isEmpty());
    QVERIFY(lines.filter(QStringLiteral("devices/disk")).isEmpty());
    QVERIFY(lines.filter(QStringLiteral("devices/interface")).isEmpty());
}

void DomainXmlTest::attachesDisksInOrder()
{
    VmSpec spec = smallSpec();
    spec.setDisks({disk(QStringLiteral("/d/root & co.qcow2"), false), disk(QStringLiteral("/d/seed.img"), true)});
    const QStringList disks = linesOf(spec).filter(QStringLiteral("devices/disk"));
    QCOMPARE(disks,
             QStringList(
                 {QStringLiteral("devices/disk type=file device=disk model=virtio-non-transitional"),
                  QStringLiteral("devices/disk/driver name=qemu type=qcow2 cache=writeback discard=unmap"),
                  QStringLiteral("devices/disk/source file=/d/root & co.qcow2"),
                  QStringLiteral("devices/disk/target dev=vda bus=virtio"), address(0x10).arg(QStringLiteral("disk")),
                  QStringLiteral("devices/disk type=file device=disk model=virtio-non-transitional"),
                  QStringLiteral("devices/disk/driver name=qemu type=raw cache=writeback discard=unmap"),
                  QStringLiteral("devices/disk/source file=/d/seed.img"),
                  QStringLiteral("devices/disk/target dev=vdb bus=virtio"), QStringLiteral("devices/disk/readonly"),
                  QStringLiteral("devices/disk/shareable"), address(0x11).arg(QStringLiteral("disk"))}));
}

void DomainXmlTest::namesManyDisksAsLibvirtDoes()
{
    VmSpec spec = smallSpec();
    QList<DiskSource> disks;
    for (int i = 0; i < 28; ++i)
        disks.append(disk(QStringLiteral("/d/%1.qcow2").arg(i), false));
    spec.setDisks(disks);
    const QStringList targets = linesOf(spec).filter(QStringLiteral("devices/disk/target"));
    QVERIFY(targets.at(25).contains(QStringLiteral("dev=vdz ")));
    QVERIFY(targets.at(26).contains(QStringLiteral("dev=vdaa ")));
    QVERIFY(targets.at(27).contains(QStringLiteral("dev=vdab ")));
}

void DomainXmlTest::hasNoTwoDevicesInOnePlace()
{
    VmSpec spec = smallSpec();
    spec.setDisks(QList<DiskSource>(28, disk(QStringLiteral("/d/a.qcow2"), false)));
    spec.setNics(QList<NicSource>(9));
    const QStringList places = linesOf(spec).filter(QRegularExpression(QStringLiteral("/address type=pci")));
    QStringList taken;
    for (const QString &place : places)
        taken.append(place.section(QStringLiteral("slot="), 1).section(u' ', 0, 0));
    QCOMPARE(taken.removeDuplicates(), qsizetype(0));
    QCOMPARE(taken.size(), 14 + 6 + 3); // libvirt finds a place for the other disks and cards
}

void DomainXmlTest::plugsABridgeWithItsFilter()
{
    NicSource nic;
    nic.setKind(NicSource::Kind::Bridge);
    nic.setTarget(QStringLiteral("ghostbr0"));
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setReservedIp(QStringLiteral("192.168.77.10"));
    nic.setFilter(QStringLiteral("ghost-a1b2c3d4-clean"));
    VmSpec spec = smallSpec();
    spec.setNics({nic});
    QCOMPARE(linesOf(spec).filter(QStringLiteral("devices/interface")),
             QStringList({QStringLiteral("devices/interface type=bridge"),
                          QStringLiteral("devices/interface/mac address=52:54:00:12:34:56"),
                          QStringLiteral("devices/interface/source bridge=ghostbr0"),
                          QStringLiteral("devices/interface/model type=virtio-non-transitional"),
                          QStringLiteral("devices/interface/filterref filter=ghost-a1b2c3d4-clean"),
                          QStringLiteral("devices/interface/filterref/parameter name=MAC value=52:54:00:12:34:56"),
                          QStringLiteral("devices/interface/filterref/parameter name=IP value=192.168.77.10"),
                          QStringLiteral("devices/interface/rom enabled=no"),
                          address(0x02).arg(QStringLiteral("interface"))}));
}

void DomainXmlTest::plugsAUserNetwork()
{
    VmSpec spec = smallSpec();
    spec.setNics({userNic({})});
    const QStringList lines = linesOf(spec);
    QVERIFY(lines.filter(QStringLiteral("interface")).isEmpty()); // libvirt's has no forwards without passt
    const QStringList arguments = lines.filter(QStringLiteral("commandline/arg"));
    QCOMPARE(arguments.size(), 4);
    QCOMPARE(arguments.at(1),
             QStringLiteral("commandline/arg value={\"hostfwd\":[{\"str\":\"tcp:127.0.0.1:23000-:22\"}],"
                            "\"id\":\"ghostnic0\",\"type\":\"user\"}"));
    QVERIFY(arguments.at(3).contains(QStringLiteral("\"addr\":\"0x2\"")));
    QVERIFY(arguments.at(3).contains(QStringLiteral("\"mac\":\"52:54:00:12:34:56\"")));
}

void DomainXmlTest::letsPasstCarryAUserNetwork()
{
    VmSpec spec = smallSpec();
    spec.setNics({userNic(QStringLiteral("/usr/bin/passt"))});
    const QStringList lines = linesOf(spec);
    QVERIFY(lines.contains(QStringLiteral("devices/interface type=user")));
    QVERIFY(lines.contains(QStringLiteral("devices/interface/backend type=passt")));
    QVERIFY(lines.contains(QStringLiteral("devices/interface/portForward proto=tcp address=127.0.0.1")));
    QVERIFY(lines.contains(QStringLiteral("devices/interface/portForward/range start=23000 to=22")));
    QVERIFY(lines.filter(QStringLiteral("commandline")).isEmpty());
    QVERIFY(lines.filter(QStringLiteral("interface/source")).isEmpty());
}

void DomainXmlTest::honoursEachOption()
{
    VmSpec spec = smallSpec();
    spec.setDisks({disk(QStringLiteral("/d/a.qcow2"), false)});
    QVERIFY(linesOf(spec).contains(QStringLiteral("devices/video/model type=none")));
    spec.setOptions({{QStringLiteral("cache"), QStringLiteral("unsafe")},
                     {QStringLiteral("discard"), QStringLiteral("ignore")},
                     {QStringLiteral("video"), QStringLiteral("virtio")}});
    const QStringList lines = linesOf(spec);
    QVERIFY(lines.contains(QStringLiteral("devices/disk/driver name=qemu type=qcow2 cache=unsafe discard=ignore")));
    QVERIFY(lines.contains(QStringLiteral("devices/video/model type=virtio")));
}

void DomainXmlTest::escapesOddNames_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("markup") << QStringLiteral("</title><x a=\"1\">&amp;");
    QTest::newRow("quotes") << QStringLiteral("it's \"mine\"");
    QTest::newRow("not ascii") << QStringLiteral("Müller 虚拟机 👻");
    QTest::newRow("cdata end") << QStringLiteral("]]>");
}

void DomainXmlTest::escapesOddNames()
{
    QFETCH(QString, name);
    VmSpec spec = smallSpec();
    spec.setName(name);
    QVERIFY(linesOf(spec).contains(QStringLiteral("title = ") + name));
}

QTEST_GUILESS_MAIN(DomainXmlTest)
#include "DomainXmlTest.moc"
