// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QSet>
#include <QtTest/QtTest>

#include "ghost/Command.h"
#include "ghost/Event.h"
#include "ghost/Operation.h"
#include "ghost/Vm.h"

using namespace ghost;

namespace {

Operation fullOperation()
{
    Operation operation;
    operation.setId(OperationId::create());
    operation.setCommand("CreateVM");
    operation.setPrincipal(Principal(Principal::Kind::LocalUser, "1000"));
    operation.setRequestId("request-1");
    operation.setVm(VmId::create());
    operation.setSubject("my-vm");
    operation.setStatus(Operation::Status::Failed);
    operation.setStep("create disk");
    operation.setPercent(0);
    operation.setError(Error(Code::ResourceExhausted, "no room").withField("disk_bytes").withHint("make some"));
    operation.setResult({{QStringLiteral("how"), QStringLiteral("acpi")}});
    operation.setNotes({"memory capped", "and more"});
    operation.setCreatedAtMs(1'700'000'000'001);
    operation.setStartedAtMs(1'700'000'000'002);
    operation.setEndedAtMs(1'700'000'000'003);
    return operation;
}

VmSpec spec()
{
    DiskSource disk;
    disk.setVolume(VolumeId::create());
    disk.setPath("/old/a.qcow2");
    disk.setFormat("qcow2");
    NicSource nic;
    nic.setKind(NicSource::Kind::Bridge);
    nic.setMac("52:54:00:12:34:56");
    nic.setTarget("br0");
    VmSpec made;
    made.setId(VmId::create());
    made.setName("a");
    made.setCpus(2);
    made.setMemoryBytes(1 << 30);
    made.setAccelerator(Accelerator::Kvm);
    made.setDisks({disk});
    made.setNics({nic});
    made.setOptions({{"cache", "none"}});
    return made;
}

template <class Change>
VmSpec changed(VmSpec spec, Change change)
{
    change(spec);
    return spec;
}

template <class Change>
VmSpec withDisk(VmSpec spec, Change change)
{
    DiskSource disk = spec.disks().first();
    change(disk);
    spec.setDisks({disk});
    return spec;
}

template <class Change>
VmSpec withNic(VmSpec spec, Change change)
{
    NicSource nic = spec.nics().first();
    change(nic);
    spec.setNics({nic});
    return spec;
}

} // namespace

class ValuesTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCopyIsIndependent()
    {
        Vm vm;
        vm.setName("a");
        const Vm copy = vm;
        QVERIFY(copy == vm);
        vm.setName("b");
        QCOMPARE(copy.name(), QString("a"));
        QVERIFY(!(copy == vm));
        vm.setName("a");
        QVERIFY(copy == vm); // by value
    }

    void anOperationSurvivesCbor()
    {
        const Operation operation = fullOperation();
        QVERIFY(Operation::fromCbor(operation.toCbor()) == operation);
        Operation queued;
        queued.setId(OperationId::create());
        queued.setStatus(Operation::Status::Queued);
        QVERIFY(Operation::fromCbor(queued.toCbor()) == queued);
        QCOMPARE(Operation::fromCbor({}).percent(), -1);
    }

    void unknownKeysOfAnOperationAreIgnored()
    {
        QCborMap map = fullOperation().toCbor();
        map.insert(QStringLiteral("of_tomorrow"), 1);
        map.insert(QStringLiteral("notes"), QStringLiteral("no list"));
        const Operation operation = Operation::fromCbor(map);
        QCOMPARE(operation.command(), QString("CreateVM"));
        QVERIFY(operation.notes().isEmpty());
    }

    void onlyAnEndedOperationIsEnded()
    {
        Operation operation;
        const QList<QPair<Operation::Status, bool>> rows{
            {Operation::Status::Unspecified, false}, {Operation::Status::Queued, false},
            {Operation::Status::Running, false},     {Operation::Status::Succeeded, true},
            {Operation::Status::Failed, true},       {Operation::Status::Cancelled, true}};
        for (const auto &[status, isEnded] : rows) {
            operation.setStatus(status);
            QCOMPARE(operation.isEnded(), isEnded);
        }
    }

    void anErrorSurvivesCbor()
    {
        const Error error = Error(Code::Busy, "wait").withField("vm").withHint("later");
        QVERIFY(errorFromCbor(errorToCbor(error)) == error);
        QVERIFY(errorToCbor(Error()).isEmpty());
        QVERIFY(errorFromCbor({}) == Error());
    }

    void aVmHasTheKeysOfItsMessage()
    {
        Vm vm;
        vm.setId(VmId::create());
        vm.setName("a");
        vm.setDesired(DesiredState::Running);
        vm.setState(VmState::Unknown);
        vm.setReason(StateReason::Lost);
        vm.setProblem("p");
        vm.setCpus(1);
        vm.setMemoryBytes(2);
        vm.setDiskBytes(3);
        vm.setImage("i");
        vm.setHypervisor("h");
        vm.setNetwork("n");
        vm.setAccelerator(Accelerator::Tcg);
        vm.setAddress("192.0.2.1");
        vm.setEndpoint("127.0.0.1:1");
        vm.setStartedAtMs(4);
        vm.setCreatedAtMs(5);
        const QCborMap map = vm.toCbor();
        QSet<QString> keys;
        for (const auto &[key, value] : map)
            keys.insert(key.toString());
        QCOMPARE(keys, QSet<QString>({"id", "name", "desired", "state", "reason", "problem", "cpus", "memory_bytes",
                                      "disk_bytes", "image", "hypervisor", "network", "accelerator", "address",
                                      "endpoint", "started_at", "created_at"}));
        QCOMPARE(map.value(QStringLiteral("state")).toString(), QString("unknown"));
        QCOMPARE(map.value(QStringLiteral("accelerator")).toString(), QString("tcg"));
        QVERIFY(!Vm().toCbor().contains(QStringLiteral("address")));
    }

    void principalsSurviveTheirText_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("text");
        QTest::newRow("user") << int(Principal::Kind::LocalUser) << "1000"
                              << "uid:1000";
        QTest::newRow("certificate") << int(Principal::Kind::Certificate) << "lap:top"
                                     << "cert:lap:top";
        QTest::newRow("cloud") << int(Principal::Kind::Cloud) << "core"
                               << "cloud:core";
        QTest::newRow("agent") << int(Principal::Kind::Agent) << "recovery"
                               << "agent:recovery";
    }
    void principalsSurviveTheirText()
    {
        QFETCH(int, kind);
        QFETCH(QString, name);
        QFETCH(QString, text);
        const Principal principal(Principal::Kind(kind), name);
        QCOMPARE(principal.toString(), text);
        QVERIFY(Principal::fromString(text) == principal);
        QCOMPARE(Principal::fromString(u"nonsense").kind(), Principal::Kind::Unspecified);
    }

    void statesSurviveTheirNames()
    {
        for (int state = int(VmState::Stopped); state <= int(VmState::Unknown); ++state)
            QCOMPARE(vmStateFromName(vmStateName(VmState(state))), VmState(state));
        QCOMPARE(vmStateFromName(u"Running"), VmState::Unspecified);
        QCOMPARE(acceleratorFromName(u"kvm"), Accelerator::Kvm);
        QCOMPARE(acceleratorFromName(u"unspecified"), Accelerator::Unspecified);
    }

    void anotherPlaceIsTheSameKind_data()
    {
        QTest::addColumn<VmSpec>("a");
        QTest::addColumn<VmSpec>("b");
        const VmSpec one = spec();
        QTest::newRow("same") << one << one;
        QTest::newRow("path") << one << withDisk(one, [](DiskSource &disk) { disk.setPath("/new/a.qcow2"); });
        QTest::newRow("bridge") << one << withNic(one, [](NicSource &nic) { nic.setTarget("br1"); });
        QTest::newRow("filter") << one << withNic(one, [](NicSource &nic) { nic.setFilter("f"); });
    }
    void anotherPlaceIsTheSameKind()
    {
        QFETCH(VmSpec, a);
        QFETCH(VmSpec, b);
        QVERIFY(a.equalInKind(b));
        QVERIFY(b.equalInKind(a));
    }

    void anotherKindNamesItsField_data()
    {
        QTest::addColumn<VmSpec>("a");
        QTest::addColumn<VmSpec>("b");
        QTest::addColumn<QString>("field");
        const VmSpec one = spec();
        const auto row = [&](const char *name, const VmSpec &other, const char *field) {
            QTest::newRow(name) << one << other << field;
        };
        row("id", changed(one, [](VmSpec &s) { s.setId(VmId::create()); }), "id");
        row("cpus", changed(one, [](VmSpec &s) { s.setCpus(3); }), "cpus");
        row("memory", changed(one, [](VmSpec &s) { s.setMemoryBytes(1); }), "memory_bytes");
        row("options", changed(one, [](VmSpec &s) { s.setOptions({}); }), "options");
        row("no disk", changed(one, [](VmSpec &s) { s.setDisks({}); }), "disks");
        row("one disk more", changed(one, [](VmSpec &s) { s.setDisks(s.disks() + s.disks()); }), "disks");
        row("other volume", withDisk(one, [](DiskSource &d) { d.setVolume(VolumeId::create()); }), "disks");
        row("other format", withDisk(one, [](DiskSource &d) { d.setFormat("raw"); }), "disks");
        row("read-only", withDisk(one, [](DiskSource &d) { d.setReadOnly(true); }), "disks");
        row("no port", changed(one, [](VmSpec &s) { s.setNics({}); }), "nics");
        row("other MAC", withNic(one, [](NicSource &n) { n.setMac("52:54:00:00:00:01"); }), "nics");
        row("other kind", withNic(one, [](NicSource &n) { n.setKind(NicSource::Kind::User); }), "nics");
    }
    void anotherKindNamesItsField()
    {
        QFETCH(VmSpec, a);
        QFETCH(VmSpec, b);
        QFETCH(QString, field);
        const auto same = a.equalInKind(b);
        QVERIFY(!same);
        QCOMPARE(same.error().code(), Code::InvalidArgument);
        QCOMPARE(same.error().field(), field);
    }
};

QTEST_GUILESS_MAIN(ValuesTest)
#include "ValuesTest.moc"
