// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "CommandLine.h"

#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

using namespace ghost;

class QemuCommandLineTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void namesTheVmAndItsMachine();
    void writesPathsThatQemuCannotMisread();
    void attachesASeedReadOnly();
    void mapsTheCacheModes_data();
    void mapsTheCacheModes();
    void forwardsPortsOfTheHost();
    void handsASocketToPasst();
    void leavesEachDeviceItsSlot();
    void filtersSystemCallsUnlessToldNotTo();

private:
    static StoredVm simple();
    static QStringList build(const StoredVm &vm, const QList<int> &nics = {}, bool sandbox = true);
    /// All values of an option that are JSON.
    static QList<QJsonObject> objects(const QStringList &arguments, const char *option);
    static QString value(const QStringList &arguments, const char *option);
};

StoredVm QemuCommandLineTest::simple()
{
    StoredVm vm;
    vm.machine = {QStringLiteral("pc-q35-7.2"), QStringLiteral("Nehalem"), Accelerator::Tcg};
    vm.spec.setId(VmId::fromString(u"11111111-2222-3333-4444-555555555555"));
    vm.spec.setCpus(2);
    vm.spec.setMemoryBytes(128 << 20);
    DiskSource disk;
    disk.setPath(QStringLiteral("/disks/one, two=\"three\".qcow2"));
    disk.setFormat(QStringLiteral("qcow2"));
    vm.spec.setDisks({disk});
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    vm.spec.setNics({nic});
    return vm;
}

QStringList QemuCommandLineTest::build(const StoredVm &vm, const QList<int> &nics, bool sandbox)
{
    return commandLine(vm, QStringLiteral("ghost-a-b"), {3, 4, 5, nics}, sandbox);
}

QList<QJsonObject> QemuCommandLineTest::objects(const QStringList &arguments, const char *option)
{
    QList<QJsonObject> result;
    for (qsizetype i = 0; i + 1 < arguments.size(); ++i)
        if (arguments.at(i) == QLatin1String(option))
            result.append(QJsonDocument::fromJson(arguments.at(i + 1).toUtf8()).object());
    return result;
}

QString QemuCommandLineTest::value(const QStringList &arguments, const char *option)
{
    return arguments.value(arguments.indexOf(QLatin1String(option)) + 1);
}

void QemuCommandLineTest::namesTheVmAndItsMachine()
{
    StoredVm vm = simple();
    const QStringList arguments = build(vm);
    QCOMPARE(value(arguments, "-uuid"), vm.spec.id().toString());
    QCOMPARE(value(arguments, "-name"), QStringLiteral("guest=ghost-a-b"));
    QVERIFY(value(arguments, "-machine").startsWith(QStringLiteral("pc-q35-7.2,")));
    QCOMPARE(value(arguments, "-accel"), QStringLiteral("tcg"));
    QCOMPARE(value(arguments, "-m"), QStringLiteral("size=131072k"));
    QCOMPARE(value(arguments, "-action"), QStringLiteral("shutdown=pause"));
    for (const char *sleep : {"ICH9-LPC.disable_s3=1", "ICH9-LPC.disable_s4=1"})
        QVERIFY(arguments.contains(QLatin1String(sleep)));
    vm.machine.accelerator = Accelerator::Kvm;
    QCOMPARE(value(build(vm), "-accel"), QStringLiteral("kvm"));
}

void QemuCommandLineTest::writesPathsThatQemuCannotMisread()
{
    const StoredVm vm = simple();
    const auto disks = objects(build(vm), "-blockdev");
    QCOMPARE(disks.size(), 2);
    QCOMPARE(disks.at(0).value(QStringLiteral("filename")).toString(), vm.spec.disks().first().path());
    QCOMPARE(disks.at(1).value(QStringLiteral("driver")).toString(), QStringLiteral("qcow2"));
}

void QemuCommandLineTest::attachesASeedReadOnly()
{
    StoredVm vm = simple();
    DiskSource seed;
    seed.setPath(QStringLiteral("/seed.img"));
    seed.setFormat(QStringLiteral("raw"));
    seed.setReadOnly(true);
    vm.spec.setDisks({vm.spec.disks().first(), seed});
    const auto disks = objects(build(vm), "-blockdev");
    QCOMPARE(disks.size(), 4);
    for (int i = 0; i < 4; ++i)
        QCOMPARE(disks.at(i).value(QStringLiteral("read-only")).toBool(), i >= 2);
    int boots = 0;
    for (const QJsonObject &device : objects(build(vm), "-device"))
        boots += device.contains(QStringLiteral("bootindex"));
    QCOMPARE(boots, 1);
}

void QemuCommandLineTest::mapsTheCacheModes_data()
{
    QTest::addColumn<bool>("direct");
    QTest::addColumn<bool>("noFlush");
    QTest::addColumn<QString>("writeCache");
    QTest::newRow("none") << true << false << QStringLiteral("on");
    QTest::newRow("writeback") << false << false << QStringLiteral("on");
    QTest::newRow("writethrough") << false << false << QStringLiteral("off");
    QTest::newRow("directsync") << true << false << QStringLiteral("off");
    QTest::newRow("unsafe") << false << true << QStringLiteral("on");
}

void QemuCommandLineTest::mapsTheCacheModes()
{
    QFETCH(bool, direct);
    QFETCH(bool, noFlush);
    QFETCH(QString, writeCache);
    StoredVm vm = simple();
    vm.spec.setOptions({{QStringLiteral("cache"), QString::fromLatin1(QTest::currentDataTag())}});
    const QStringList arguments = build(vm);
    const QJsonObject cache = objects(arguments, "-blockdev").first().value(QStringLiteral("cache")).toObject();
    QCOMPARE(cache.value(QStringLiteral("direct")).toBool(), direct);
    QCOMPARE(cache.value(QStringLiteral("no-flush")).toBool(), noFlush);
    for (const QJsonObject &device : objects(arguments, "-device"))
        if (device.value(QStringLiteral("driver")).toString() == QLatin1String("virtio-blk-pci"))
            QCOMPARE(device.value(QStringLiteral("write-cache")).toString(), writeCache);
}

void QemuCommandLineTest::forwardsPortsOfTheHost()
{
    StoredVm vm = simple();
    PortForward forward;
    forward.setProtocol(PortForward::Protocol::Tcp);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    forward.setHostPort(2222);
    forward.setGuestPort(22);
    NicSource nic = vm.spec.nics().first();
    nic.setForwards({forward});
    vm.spec.setNics({nic});
    const QJsonObject netdev = objects(build(vm), "-netdev").first();
    QCOMPARE(netdev.value(QStringLiteral("type")).toString(), QStringLiteral("user"));
    QVERIFY(QJsonDocument(netdev).toJson().contains("tcp:127.0.0.1:2222-:22"));
}

void QemuCommandLineTest::handsASocketToPasst()
{
    const QJsonObject netdev = objects(build(simple(), {6}), "-netdev").first();
    QCOMPARE(netdev.value(QStringLiteral("type")).toString(), QStringLiteral("stream"));
    QCOMPARE(netdev.value(QStringLiteral("addr")).toObject().value(QStringLiteral("str")).toString(),
             QStringLiteral("6"));
}

/// A guest knows its network port by the slot: it must not move when a graphics card or a disk comes.
void QemuCommandLineTest::leavesEachDeviceItsSlot()
{
    const auto slotOfNic = [](const StoredVm &vm) {
        QString slot;
        QStringList all;
        for (const QJsonObject &device : objects(build(vm), "-device")) {
            if (device.contains(QStringLiteral("addr")))
                all.append(device.value(QStringLiteral("addr")).toString());
            if (device.value(QStringLiteral("driver")).toString() == QLatin1String("virtio-net-pci"))
                slot = all.last();
        }
        return all.removeDuplicates() ? QStringLiteral("a slot is taken twice") : slot;
    };
    StoredVm vm = simple();
    const QString before = slotOfNic(vm);
    QCOMPARE(before, QStringLiteral("0x6"));
    vm.spec.setOptions({{QStringLiteral("video"), QStringLiteral("vga")}});
    vm.spec.setDisks(vm.spec.disks() + vm.spec.disks());
    QCOMPARE(slotOfNic(vm), before);
}

void QemuCommandLineTest::filtersSystemCallsUnlessToldNotTo()
{
    QVERIFY(build(simple()).contains(QStringLiteral("-sandbox")));
    QVERIFY(!build(simple(), {}, false).contains(QStringLiteral("-sandbox")));
}

QTEST_GUILESS_MAIN(QemuCommandLineTest)
#include "QemuCommandLineTest.moc"
