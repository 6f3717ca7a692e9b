// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

namespace {

const QStringList everything{"disk", "port", "seed", "vm"};

/// The calls of a create in their order, and what is taken back when one of them fails.
const QList<QPair<const char *, QStringList>> callsAndUndos = {
    {"fetch", {}},
    {"createDisk", {"removeDisk"}},
    {"createSeed", {"removeDisk", "removeSeed"}},
    {"ensure", {"unplug", "removeSeed", "removeDisk"}},
    {"plug", {"unplug", "removeSeed", "removeDisk"}},
    {"source", {"remove", "unplug", "removeSeed", "removeDisk"}},
    {"create", {"remove", "unplug", "removeSeed", "removeDisk"}},
    {"powerOn", {"remove", "unplug", "removeSeed", "removeDisk"}},
};

bool nothingIsMade(const RouterFixture &fixture)
{
    return fixture.world->trace().isEmpty() && fixture->store.records().isEmpty() &&
           fixture->store.journal().isEmpty() && fixture->ledger.picture().promisedMemoryBytes() == 0;
}

} // namespace

class CreateVmHandlerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void makesAllPartsInOrder()
    {
        RouterFixture fixture;
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), everything);
        const QStringList trace = fixture.world->trace();
        QCOMPARE(trace.first(5), QStringList({"fetch", "createDisk", "createSeed", "ensure", "plug"}));
        QCOMPARE(trace.last(2), QStringList({"create", "powerOn"}));

        const QCborMap result = operation.result().value(QStringLiteral("vm")).toMap();
        QCOMPARE(result.value(QStringLiteral("state")).toString(), QString("running"));
        QCOMPARE(result.value(QStringLiteral("address")).toString(), QString("192.0.2.7"));
        const auto record = fixture->store.record(operation.vm());
        QCOMPARE(record->phase, VmRecord::Phase::Present);
        QCOMPARE(record->desired, DesiredState::Running);
        QCOMPARE(record->cpus, 2);
        QCOMPARE(record->memoryBytes, qint64(4) << 30);
        QVERIFY(!record->pinned.isEmpty());
        QVERIFY(fixture->store.journal().isEmpty());
        QVERIFY(fixture->recorder->kinds(operation.vm().toString()).contains("vm.created"));
        QCOMPARE(fixture->ledger.picture().promisedMemoryBytes(), qint64(4) << 30);
    }

    void anEndpointWithoutAnAddressEndsTheWait()
    {
        RouterFixture fixture;
        fixture.world->before("addresses", [&world = *fixture.world](Call &) -> Result<void> {
            const std::scoped_lock lock(world.mutex);
            for (auto &[vm, address] : world.ports)
                address.setIp({}); // a network that only its own program can see into
            return {};
        });
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        const QCborMap result = operation.result().value(QStringLiteral("vm")).toMap();
        QCOMPARE(result.value(QStringLiteral("address")).toString(), QString());
        QCOMPARE(result.value(QStringLiteral("endpoint")).toString(), QString("127.0.0.1:40022"));
        QVERIFY(operation.notes().isEmpty());
    }

    void tellsEachStepOnItsWay()
    {
        RouterFixture fixture;
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QStringList steps;
        for (const Event &event : fixture->recorder->events()) {
            const QString step = event.value().value(QStringLiteral("step")).toString();
            if (event.subject() == operation.id().toString() && !step.isEmpty() && !steps.contains(step))
                steps << step;
        }
        QCOMPARE(steps, QStringList({"reserve resources", "create disk", "build the seed", "plug the network",
                                     "create the VM", "power on", "wait for the address", "record the VM"}));
    }

    void makesNoPartThatTheHypervisorDoesNotUse()
    {
        RouterFixture fixture;
        fixture->drivers.setUses(false, false);
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList({"vm"}));
        QCOMPARE(fixture.world->trace(), QStringList({"create", "powerOn"}));
    }

    void whatTheHypervisorCannotAttachIsNotForgottenInSilence_data()
    {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QCborValue>("value");
        QTest::addColumn<QString>("message");
        QTest::newRow("image") << "image" << QCborValue("mini") << "hypervisor attaches no disks";
        QTest::newRow("disk") << "disk_bytes" << QCborValue(qint64(1) << 30) << "hypervisor attaches no disks";
        QTest::newRow("network") << "network" << QCborValue("network") << "hypervisor attaches no network";
    }

    void whatTheHypervisorCannotAttachIsNotForgottenInSilence()
    {
        QFETCH(QString, argument);
        QFETCH(QCborValue, value);
        QFETCH(QString, message);
        RouterFixture fixture;
        fixture->drivers.setUses(false, false);
        QCborMap arguments = named("my-vm");
        arguments.insert(argument, value);
        const auto id = fixture->submit("CreateVM", arguments);
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::FailedPrecondition);
        QCOMPARE(id.error().field(), argument);
        QCOMPARE(id.error().message(), message);
        QVERIFY(nothingIsMade(fixture));
    }

    void leavesAStoppedOneOff()
    {
        RouterFixture fixture;
        QCborMap arguments = named("my-vm");
        arguments.insert(QStringLiteral("stopped"), true);
        QCOMPARE(fixture->run("CreateVM", arguments).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->vm("my-vm")->state(), VmState::Stopped);
        QCOMPARE(fixture->vm("my-vm")->desired(), DesiredState::Stopped);
        QCOMPARE(fixture.world->count("powerOn"), 0);
    }

    void saysThatThereIsNoAddressRatherThanFail()
    {
        RouterFixture fixture;
        fixture.world->givesAddresses = false;
        const auto id = fixture->submit("CreateVM", named("my-vm"), {}, 1'000);
        QVERIFY(id);
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        QCOMPARE(operation.notes().size(), qsizetype(1));
        QVERIFY2(operation.notes().first().endsWith(
                     "when the time limit of this command was over: the guest may have one later"),
                 qPrintable(operation.notes().first()));
    }

    void anUnknownOptionIsNamedWithItsPlugin()
    {
        RouterFixture fixture;
        QCborMap arguments = named("my-vm");
        arguments.insert(QStringLiteral("options"), QCborMap{{QStringLiteral("colour"), "red"}});
        const auto id = fixture->submit("CreateVM", arguments);
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::InvalidArgument);
        QCOMPARE(id.error().field(), QString("options.colour"));
        QCOMPARE(id.error().message(), QString("VM options of hypervisor: unknown key 'colour'"));
        QCOMPARE(id.error().hint(), QString("`ghostctl plugin info hypervisor` lists them"));
    }

    void aDriverThatThrowsWhenAskedWhatItCanIsItsOwnDefect()
    {
        RouterFixture fixture;
        fixture.world->inCapabilities = [] { throw std::runtime_error("bad driver"); };
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::Internal);
        QCOMPARE(id.error().message(), QString("plugin hypervisor threw: bad driver"));
        QVERIFY(!fixture->vm("my-vm"));
        QVERIFY(fixture.world->things().isEmpty());
    }

    void nothingIsMadeWhileTheHypervisorIsDown()
    {
        RouterFixture fixture;
        PluginStatus status;
        status.setId("hypervisor");
        status.setRole("Hypervisor");
        status.setStage(PluginStatus::Stage::Active);
        status.setHealth(Health(Health::Status::Down, "no libvirtd"));
        fixture->store.setPlugins({status}, {});
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::Unavailable);
        QCOMPARE(id.error().message(), QString("hypervisor is down: no libvirtd"));
        QVERIFY(!fixture->vm("my-vm"));
        QVERIFY(fixture.world->trace().isEmpty());
    }

    void driversThatDoNotFitTogetherMakeNothing()
    {
        RouterFixture fixture;
        fixture.world->nicKind = NicSource::Kind::User;
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::FailedPrecondition);
        QCOMPARE(id.error().message(), QString("hypervisor cannot attach the ports of network"));
        QCOMPARE(id.error().field(), QString("network"));
        QVERIFY(!id.error().hint().isEmpty());
        QVERIFY(nothingIsMade(fixture));

        fixture->drivers.setUses(true, false); // without a network there is nothing to fit
        QCOMPARE(fixture->run("CreateVM", named("my-vm")).error().text(), QString());
    }

    void aNetworkThatThrowsWhenAskedForItsPortsIsItsOwnDefect()
    {
        RouterFixture fixture;
        fixture.world->throwsNicKind = true;
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::Internal);
        QCOMPARE(id.error().message(), QString("plugin network threw: bad network"));
        QVERIFY(nothingIsMade(fixture));
    }

    void aFailureTakesBackWhatWasBegunAndNoMore_data()
    {
        QTest::addColumn<QString>("call");
        QTest::addColumn<QStringList>("undos");
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("wasDone");
        for (const auto &[call, undos] : callsAndUndos)
            for (const Code code : {Code::Internal, Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled})
                for (const bool wasDone : {false, true})
                    QTest::addRow("%s %s %s", qPrintable(codeName(code)), wasDone ? "after" : "before", call)
                        << QString(call) << undos << int(code) << wasDone;
    }
    void aFailureTakesBackWhatWasBegunAndNoMore()
    {
        QFETCH(QString, call);
        QFETCH(QStringList, undos);
        QFETCH(int, code);
        QFETCH(bool, wasDone);
        RouterFixture fixture;
        if (wasDone)
            fixture.world->after(call, failing(Code(code)));
        else
            fixture.world->before(call, failing(Code(code)));
        const Operation operation = fixture->run("CreateVM", named("my-vm"));

        QCOMPARE(operation.error().code(), Code(code));
        QCOMPARE(operation.status(),
                 Code(code) == Code::Cancelled ? Operation::Status::Cancelled : Operation::Status::Failed);
        // A volume that was never made is not known to be a seed.
        QStringList taken = fixture.world->trace().last(undos.size());
        QStringList expected = undos;
        if (call == "createSeed" && !wasDone)
            taken.replaceInStrings("removeSeed", "removeDisk");
        if (call == "createSeed")
            expected = wasDone ? QStringList({"removeSeed", "removeDisk"}) : QStringList({"removeDisk", "removeDisk"});
        QCOMPARE(taken, expected);
        QCOMPARE(fixture.world->things(), QStringList());
        QVERIFY(!fixture->vm("my-vm"));
        QVERIFY(fixture->store.records().isEmpty());
        QVERIFY(fixture->store.journal().isEmpty());
        QCOMPARE(fixture->ledger.picture().promisedMemoryBytes(), qint64(0));
        QCOMPARE(fixture->recorder->kinds(operation.vm().toString()).last(), QString("vm.removed"));
        // What may happen later is watched.
        const bool isUnknown = Code(code) == Code::Unavailable || Code(code) == Code::DeadlineExceeded;
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(isUnknown ? 1 : 0));
    }

    void anUndoThatFailsLeavesALeftoverAndNoPromise_data()
    {
        QTest::addColumn<QString>("undo");
        for (const char *undo : {"remove", "unplug", "removeSeed", "removeDisk"})
            QTest::newRow(undo) << undo;
    }
    void anUndoThatFailsLeavesALeftoverAndNoPromise()
    {
        QFETCH(QString, undo);
        RouterFixture fixture;
        fixture.world->before("powerOn", failing(Code::Cancelled));
        fixture.world->before(undo, failing(Code::Unavailable));
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QCOMPARE(operation.status(), Operation::Status::Failed); // Cancelled would promise that nothing is left
        QCOMPARE(operation.error().code(), Code::Unavailable);
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
        QVERIFY(!fixture->vm("my-vm"));
        QCOMPARE(fixture.world->things().size(), qsizetype(1));
    }

    void aDriverThatThrowsIsAnInternalErrorAndUndone_data()
    {
        QTest::addColumn<QString>("call");
        for (const auto &[call, undos] : callsAndUndos)
            QTest::newRow(call) << QString(call);
    }
    void aDriverThatThrowsIsAnInternalErrorAndUndone()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        fixture.world->before(call, [](Call &) -> Result<void> { throw std::runtime_error("bad driver"); });
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QCOMPARE(operation.error().code(), Code::Internal);
        QVERIFY(operation.error().message().contains("bad driver"));
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void anUndoThatThrowsIsOneThatFailed()
    {
        RouterFixture fixture;
        fixture.world->before("powerOn", failing(Code::Internal));
        fixture.world->before("unplug", [](Call &) -> Result<void> { throw std::runtime_error("bad driver"); });
        const Operation operation = fixture->run("CreateVM", named("my-vm"));
        QCOMPARE(operation.error().code(), Code::Internal);
        QCOMPARE(fixture.world->things(), QStringList({"port"}));
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
    }

    void cancelledAtAnyCallLeavesNothing_data()
    {
        QTest::addColumn<QString>("call");
        for (const auto &[call, undos] : callsAndUndos) {
            QTest::newRow(call) << QString(call);
            QTest::addRow("after %s", call) << QString(call) + "/after";
        }
    }
    void cancelledAtAnyCallLeavesNothing()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        Gate gate;
        fixture.world->before(call, gate.hook());
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(id);
        QVERIFY(gate.waitUntilReached());
        QVERIFY(fixture->router.cancel(*id));
        gate.open();
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.status(), Operation::Status::Cancelled);
        QCOMPARE(operation.error().code(), Code::Cancelled);
        QCOMPARE(fixture.world->things(), QStringList());
        QVERIFY(!fixture->vm("my-vm"));
        QVERIFY(fixture->store.leftovers().isEmpty());
    }

    void cancelledWhileItWaitsForTheAddressLeavesNothing()
    {
        RouterFixture fixture;
        fixture.world->givesAddresses = false;
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(id);
        QVERIFY(fixture->recorder->waitFor([](const Event &event) {
            return event.value().value(QStringLiteral("step")).toString() == "wait for the address";
        }));
        QVERIFY(fixture->router.cancel(*id));
        QCOMPARE(fixture->ended(*id).status(), Operation::Status::Cancelled);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void aWrongAmountNamesItsField_data()
    {
        QTest::addColumn<QString>("field");
        QTest::addColumn<qint64>("value");
        QTest::addColumn<int>("code");
        QTest::newRow("1000 CPUs") << "cpus" << qint64(1000) << int(Code::ResourceExhausted);
        QTest::newRow("no memory") << "memory_bytes" << qint64(0) << int(Code::InvalidArgument);
        QTest::newRow("negative memory") << "memory_bytes" << qint64(-1) << int(Code::InvalidArgument);
        QTest::newRow("too much memory") << "memory_bytes" << (qint64(1) << 50) << int(Code::ResourceExhausted);
        QTest::newRow("no disk") << "disk_bytes" << qint64(0) << int(Code::InvalidArgument);
        QTest::newRow("negative disk") << "disk_bytes" << qint64(-5) << int(Code::InvalidArgument);
        QTest::newRow("disk less than its image") << "disk_bytes" << qint64(4096) << int(Code::InvalidArgument);
        QTest::newRow("too much disk") << "disk_bytes" << (qint64(1) << 60) << int(Code::ResourceExhausted);
    }
    void aWrongAmountNamesItsField()
    {
        QFETCH(QString, field);
        QFETCH(qint64, value);
        QFETCH(int, code);
        RouterFixture fixture;
        QCborMap arguments = named("my-vm");
        arguments.insert(field, value);
        const Operation operation = fixture->run("CreateVM", arguments);
        QCOMPARE(operation.error().code(), Code(code));
        QCOMPARE(operation.error().field(), field);
        QVERIFY(!fixture->vm("my-vm"));
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void anUnknownImageIsNotFoundWithItsField()
    {
        RouterFixture fixture;
        QCborMap arguments = named("my-vm");
        arguments.insert(QStringLiteral("image"), QStringLiteral("none"));
        const Operation operation = fixture->run("CreateVM", arguments);
        QCOMPARE(operation.error().code(), Code::NotFound);
        QCOMPARE(operation.error().field(), QString("image"));
    }

    void aDriverThatIsNotThereIsRefusedAtOnce_data()
    {
        QTest::addColumn<QString>("plugin");
        QTest::newRow("hypervisor") << "hypervisor";
        QTest::newRow("network") << "network";
        QTest::newRow("storage") << "storage";
    }
    void aDriverThatIsNotThereIsRefusedAtOnce()
    {
        QFETCH(QString, plugin);
        RouterFixture fixture;
        fixture->drivers.setAbsent(plugin);
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QVERIFY(!id);
        QCOMPARE(id.error().code(), Code::Unavailable);
        QVERIFY(fixture->store.records().isEmpty());
    }
};

QTEST_GUILESS_MAIN(CreateVmHandlerTest)
#include "CreateVmHandlerTest.moc"
