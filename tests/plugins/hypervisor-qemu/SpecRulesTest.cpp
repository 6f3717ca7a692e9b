// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "SpecRules.h"

#include <functional>

#include <QtTest/QTest>

using namespace ghost;

using Change = std::function<void(VmSpec &, NicSource &, PortForward &, DiskSource &)>;
Q_DECLARE_METATYPE(Change)

class SpecRulesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void takesAGoodSpec()
    {
        QVERIFY(check([](auto &...) {}));
    }
    void namesTheFieldThatIsWrong_data();
    void namesTheFieldThatIsWrong();
    void refusesWhatStandsBehindAnAddress();
    void countsPortsAndDisks();

private:
    static Result<void> check(const Change &change);
};

Result<void> SpecRulesTest::check(const Change &change)
{
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setCpus(1);
    spec.setMemoryBytes(64 << 20);
    DiskSource disk;
    disk.setPath(QStringLiteral("/disk"));
    disk.setFormat(QStringLiteral("raw"));
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    PortForward forward;
    forward.setProtocol(PortForward::Protocol::Tcp);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    forward.setHostPort(2222);
    forward.setGuestPort(22);
    change(spec, nic, forward, disk);
    nic.setForwards({forward});
    spec.setNics({nic});
    spec.setDisks({disk});
    return checkSpec(spec);
}

void SpecRulesTest::namesTheFieldThatIsWrong_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *field, const Change &change) { QTest::newRow(field) << change; };
    row("id", [](VmSpec &spec, auto &...) { spec.setId({}); });
    row("cpus", [](VmSpec &spec, auto &...) { spec.setCpus(1000); });
    row("memory_bytes", [](VmSpec &spec, auto &...) { spec.setMemoryBytes(0); });
    row("nics[0].kind", [](VmSpec &, NicSource &nic, auto &...) { nic.setKind(NicSource::Kind::Bridge); });
    row("nics[0].mac", [](VmSpec &, NicSource &nic, auto &...) { nic.setMac(QStringLiteral("52:54:0:1:2:3,addr=1")); });
    row("nics[0].target", [](VmSpec &, NicSource &nic, auto &...) { nic.setTarget(QStringLiteral("passt")); });
    row("nics[0].reserved_ip", [](VmSpec &, NicSource &nic, auto &...) { nic.setReservedIp(QStringLiteral("ten")); });
    row("nics[0].forwards[0].protocol",
        [](VmSpec &, NicSource &, PortForward &forward, DiskSource &) { forward.setProtocol({}); });
    row("nics[0].forwards[0].host_port",
        [](VmSpec &, NicSource &, PortForward &forward, DiskSource &) { forward.setHostPort(0); });
    row("nics[0].forwards[0].guest_port",
        [](VmSpec &, NicSource &, PortForward &forward, DiskSource &) { forward.setGuestPort(65536); });
    row("nics[0].forwards[0].host_address", [](VmSpec &, NicSource &, PortForward &forward, DiskSource &) {
        forward.setHostAddress(QStringLiteral("127.0.0.1 net1"));
    });
    row("disks[0].path", [](VmSpec &, NicSource &, PortForward &, DiskSource &disk) { disk.setPath({}); });
    row("disks[0].format",
        [](VmSpec &, NicSource &, PortForward &, DiskSource &disk) { disk.setFormat(QStringLiteral("vmdk")); });
}

void SpecRulesTest::namesTheFieldThatIsWrong()
{
    QFETCH(Change, change);
    const auto checked = check(change);
    QVERIFY(!checked);
    QCOMPARE(checked.error().code(), Code::InvalidArgument);
    QCOMPARE(checked.error().field(), QString::fromLatin1(QTest::currentDataTag()));
}

void SpecRulesTest::refusesWhatStandsBehindAnAddress()
{
    const QString address = QStringLiteral("127.0.0.1") + QChar(0) + QStringLiteral(":1");
    QVERIFY(
        !check([&](VmSpec &, NicSource &, PortForward &forward, DiskSource &) { forward.setHostAddress(address); }));
    QVERIFY(!check([&](VmSpec &, NicSource &nic, PortForward &, DiskSource &) { nic.setReservedIp(address); }));
}

void SpecRulesTest::countsPortsAndDisks()
{
    VmSpec spec;
    spec.setId(VmId::create());
    spec.setCpus(1);
    spec.setMemoryBytes(64 << 20);
    DiskSource disk;
    disk.setPath(QStringLiteral("/disk"));
    disk.setFormat(QStringLiteral("raw"));
    spec.setDisks(QList<DiskSource>(maxPortsAndDisks, disk));
    QVERIFY(checkSpec(spec));
    spec.setDisks(QList<DiskSource>(maxPortsAndDisks + 1, disk));
    QCOMPARE(checkSpec(spec).error().field(), QStringLiteral("disks"));
}

QTEST_GUILESS_MAIN(SpecRulesTest)
#include "SpecRulesTest.moc"
