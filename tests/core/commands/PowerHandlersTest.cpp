// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

/// StartVM, StopVM and RestartVM, and what they and DeleteVM say of an unknown VM.
class PowerHandlersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void nothingIsDoneToAnUnknownVm_data()
    {
        QTest::addColumn<QString>("command");
        for (const char *command : {"StartVM", "StopVM", "RestartVM", "DeleteVM"})
            QTest::newRow(command) << command;
    }
    void nothingIsDoneToAnUnknownVm()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        const auto byName = fixture->submit(command, ofVm("none"));
        QCOMPARE(byName.error().code(), Code::NotFound);
        QCOMPARE(byName.error().field(), QString("vm"));
        QCOMPARE(fixture->submit(command, ofVm(VmId::create().toString())).error().code(), Code::NotFound);
        QCOMPARE(fixture->submit(command, ofVm({})).error().code(), Code::InvalidArgument);
        QCOMPARE(fixture->submit(command, {{QStringLiteral("wm"), "a"}}).error().code(), Code::InvalidArgument);
    }

    void aVmIsFoundByItsId()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QCOMPARE(fixture->run("StopVM", ofVm(vm.toString())).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->vm("a")->state(), VmState::Stopped);
    }

    void startPowersOnAndWaitsForANewAddress()
    {
        RouterFixture fixture;
        fixture->created("a", stopped());
        const Operation operation = fixture->run("StartVM", ofVm("a"));
        QCOMPARE(operation.error().text(), QString());
        const QCborMap vm = operation.result().value(QStringLiteral("vm")).toMap();
        QCOMPARE(vm.value(QStringLiteral("state")).toString(), QString("running"));
        QCOMPARE(vm.value(QStringLiteral("address")).toString(), QString("192.0.2.7"));
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Running);
    }

    void startOfARunningVmIsRefused()
    {
        RouterFixture fixture;
        fixture->created("a");
        QCOMPARE(fixture->submit("StartVM", ofVm("a")).error().code(), Code::FailedPrecondition);
    }

    void startMakesALostVmAgain()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        {
            const std::scoped_lock lock(fixture.world->mutex);
            fixture.world->vms.clear();
            fixture.world->specs.clear();
        }
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Failed));
        QCOMPARE(fixture->run("StartVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things().count("vm"), qsizetype(1));
    }

    void aStartThatFailsShowsWhatTheVmReallyDoes_data()
    {
        QTest::addColumn<int>("code");
        for (const Code code : {Code::Internal, Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled})
            QTest::newRow(qPrintable(codeName(code))) << int(code);
    }
    void aStartThatFailsShowsWhatTheVmReallyDoes()
    {
        QFETCH(int, code);
        RouterFixture fixture;
        fixture->created("a", stopped());
        fixture.world->after("powerOn", failing(Code(code)));
        const Operation operation = fixture->run("StartVM", ofVm("a"));
        QCOMPARE(operation.error().code(), Code(code));
        QVERIFY(fixture->reaches("a", VmState::Running)); // it failed, and yet it runs
        QCOMPARE(fixture.world->things().size(), qsizetype(4));
    }

    void stopSaysHow_data()
    {
        QTest::addColumn<bool>("force");
        QTest::addColumn<QString>("how");
        QTest::newRow("graceful") << false << "acpi";
        QTest::newRow("forced") << true << "forced";
    }
    void stopSaysHow()
    {
        QFETCH(bool, force);
        QFETCH(QString, how);
        RouterFixture fixture;
        fixture->created("a");
        const Operation operation = fixture->run("StopVM", ofVm("a", force));
        QCOMPARE(operation.result().value(QStringLiteral("how")).toString(), how);
        QCOMPARE(fixture->vm("a")->state(), VmState::Stopped);
        QCOMPARE(fixture->vm("a")->address(), QString());
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Stopped);
    }

    void stopOfAStoppedVmIsRefused()
    {
        RouterFixture fixture;
        fixture->created("a", stopped());
        QCOMPARE(fixture->submit("StopVM", ofVm("a")).error().code(), Code::FailedPrecondition);
    }

    void stopChecksItsPatience_data()
    {
        QTest::addColumn<qint64>("grace");
        QTest::newRow("negative") << qint64(-1);
        QTest::newRow("over an hour") << qint64(3601);
    }
    void stopChecksItsPatience()
    {
        QFETCH(qint64, grace);
        RouterFixture fixture;
        fixture->created("a");
        QCborMap arguments = ofVm("a");
        arguments.insert(QStringLiteral("grace_seconds"), grace);
        QCOMPARE(fixture->submit("StopVM", arguments).error().field(), QString("grace_seconds"));
    }

    void aStopThatFailsKeepsTheVmRunning()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture.world->before("powerOff", failing(Code::FailedPrecondition));
        QCOMPARE(fixture->run("StopVM", ofVm("a")).error().code(), Code::FailedPrecondition);
        QVERIFY(fixture->reaches("a", VmState::Running));
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Running);
    }

    void restartIsOffAndOnAgain()
    {
        RouterFixture fixture;
        fixture->created("a");
        const Operation operation = fixture->run("RestartVM", ofVm("a"));
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(operation.result().value(QStringLiteral("how")).toString(), QString("acpi"));
        QVERIFY(fixture.world->trace().contains("powerOff"));
        QCOMPARE(fixture.world->trace().last(), QString("powerOn"));
        QCOMPARE(fixture->vm("a")->state(), VmState::Running);
    }

    void aRestartThatIsStoppedHalfWayStillPowersOn_data()
    {
        QTest::addColumn<bool>("agentStops");
        QTest::newRow("cancelled") << false;
        QTest::newRow("the agent stops") << true;
    }
    void aRestartThatIsStoppedHalfWayStillPowersOn()
    {
        QFETCH(bool, agentStops);
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->after("powerOff", gate.hook());
        const auto id = fixture->submit("RestartVM", ofVm("a"));
        QVERIFY(id);
        QVERIFY(gate.waitUntilReached());
        if (agentStops)
            fixture->router.stop();
        else
            QVERIFY(fixture->router.cancel(*id));
        gate.open();
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->trace().last(), QString("powerOn"));
        QCOMPARE(fixture->vm("a")->state(), VmState::Running);
    }

    void aRestartWhoseTimeIsOverHalfWayStillPowersOn()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture.world->after("powerOff", [](Call &call) -> Result<void> {
            Signal never;
            call.wait(never);
            return {};
        });
        const auto id = fixture->submit("RestartVM", ofVm("a"), {}, 300);
        QVERIFY(id);
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(fixture->vm("a")->state(), VmState::Running);
    }

    void aRestartThatIsCancelledBeforeItsPowerOffDoesNothing()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture.world->before("powerOff", [&](Call &call) -> Result<void> {
            if (const auto cancelled = fixture->router.cancel(call.operation()); !cancelled)
                return cancelled.error();
            return call.check();
        });
        QCOMPARE(fixture->run("RestartVM", ofVm("a")).status(), Operation::Status::Cancelled);
        QVERIFY(fixture->reaches("a", VmState::Running));
        QCOMPARE(fixture.world->count("powerOn"), 1); // the create's
    }

    void whoCancelsTheWaitForAnAddressHasARunningVm_data()
    {
        QTest::addColumn<QString>("command");
        for (const char *command : {"StartVM", "RestartVM"})
            QTest::newRow(command) << command;
    }
    void whoCancelsTheWaitForAnAddressHasARunningVm()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        fixture.world->givesAddresses = false;
        QCborMap how = command == "StartVM" ? stopped() : QCborMap();
        how.insert(QStringLiteral("no_wait"), true);
        fixture->created("a", how);
        const auto id = fixture->submit(command, ofVm("a"));
        QVERIFY(id);
        QTRY_COMPARE(fixture->store.state()->operation(*id)->step(), QString("wait for the address"));
        QVERIFY(fixture->router.cancel(*id));
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        QVERIFY2(operation.notes().value(0).contains("address"), qPrintable(operation.notes().join('\n')));
        QCOMPARE(fixture->vm("a")->state(), VmState::Running);
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Running);
    }

    void patienceWithAGuestFitsIntoTheLimit_data()
    {
        QTest::addColumn<QString>("command");
        QTest::addColumn<qint64>("grace");
        QTest::addColumn<int>("seconds");
        for (const char *command : {"StopVM", "RestartVM"}) {
            QTest::addRow("%s, usual", command) << QString(command) << qint64(60) << 300;
            QTest::addRow("%s, 400 s", command) << QString(command) << qint64(400) << 860;
            QTest::addRow("%s, an hour", command) << QString(command) << qint64(3600) << 7260;
        }
    }
    void patienceWithAGuestFitsIntoTheLimit()
    {
        QFETCH(QString, command);
        QFETCH(qint64, grace);
        QFETCH(int, seconds);
        RouterFixture fixture;
        fixture->created("a");
        std::atomic<qint64> remaining = 0;
        fixture.world->before("powerOff", [&](Call &call) -> Result<void> {
            remaining = call.remaining().count();
            return {};
        });
        QCborMap arguments = ofVm("a");
        arguments.insert(QStringLiteral("grace_seconds"), grace);
        arguments.insert(QStringLiteral("force_after_grace"), true);
        QCOMPARE(fixture->run(command, arguments).status(), Operation::Status::Succeeded);
        QVERIFY2(remaining > (seconds - 30) * 1000LL, qPrintable(QString::number(remaining)));
        QVERIFY2(remaining <= seconds * 1000LL, qPrintable(QString::number(remaining)));
    }
};

QTEST_GUILESS_MAIN(PowerHandlersTest)
#include "PowerHandlersTest.moc"
