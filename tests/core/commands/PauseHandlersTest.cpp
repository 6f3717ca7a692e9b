// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

/// PauseVM and ResumeVM, and what the other commands make of a VM that is paused.
class PauseHandlersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aPausedVmIsHeldStillAndGoesOn()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        const qint64 promised = fixture->ledger.picture().promisedMemoryBytes();
        const qint64 startedAtMs = fixture->vm("a")->startedAtMs();
        const Operation paused = fixture->run("PauseVM", ofVm("a"));
        QCOMPARE(paused.error().text(), QString());
        QCOMPARE(paused.result().value(QStringLiteral("vm")).toMap().value(QStringLiteral("state")).toString(),
                 QString("paused"));
        QCOMPARE(fixture->vm("a")->state(), VmState::Paused);
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Running);
        QCOMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
        QCOMPARE(fixture->vm("a")->startedAtMs(), startedAtMs);
        QCOMPARE(fixture->ledger.picture().promisedMemoryBytes(), promised);
        QCOMPARE(lastStateTold(fixture, vm), QString("paused"));

        QCOMPARE(fixture->run("ResumeVM", ofVm(vm.toString())).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->vm("a")->state(), VmState::Running);
        QCOMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
        QCOMPARE(lastStateTold(fixture, vm), QString("running"));
    }

    void onlyWhatRunsIsPausedAndOnlyWhatIsPausedResumed()
    {
        RouterFixture fixture;
        fixture->created("off", {{QStringLiteral("stopped"), true}});
        fixture->created("on");
        for (const char *command : {"PauseVM", "ResumeVM"}) {
            const auto refused = fixture->submit(command, ofVm("off"));
            QCOMPARE(refused.error().code(), Code::FailedPrecondition);
            QCOMPARE(refused.error().message(), QString("VM 'off' is stopped"));
        }
        QCOMPARE(fixture->submit("ResumeVM", ofVm("on")).error().code(), Code::FailedPrecondition);
        QCOMPARE(fixture->run("PauseVM", ofVm("on")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->submit("PauseVM", ofVm("on")).error().code(), Code::FailedPrecondition);
        QCOMPARE(fixture.world->count("pause"), 1);
    }

    void badFieldsAreNamed_data()
    {
        QTest::addColumn<QString>("command");
        for (const char *command : {"PauseVM", "ResumeVM"})
            QTest::newRow(command) << command;
    }
    void badFieldsAreNamed()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        QCOMPARE(fixture->submit(command, ofVm("none")).error().code(), Code::NotFound);
        QCOMPARE(fixture->submit(command, ofVm({})).error().field(), QString("vm"));
        QCOMPARE(fixture->submit(command, {{QStringLiteral("wm"), "a"}}).error().field(), QString("wm"));
    }

    void aHypervisorThatCannotIsNamedAndNeverTried()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture->drivers.setBare("hypervisor");
        for (const char *command : {"PauseVM", "ResumeVM"}) {
            const auto refused = fixture->submit(command, ofVm("a"));
            QCOMPARE(refused.error().code(), Code::Unsupported);
            QCOMPARE(refused.error().message(), QString("hypervisor cannot pause VMs"));
        }
        QCOMPARE(fixture.world->count("pause") + fixture.world->count("resume"), 0);
        QVERIFY(fixture->store.journal().isEmpty());
    }

    void twoPausesInARowAreOne()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->before("pause", gate.hook());
        const auto first = fixture->submit("PauseVM", ofVm("a"));
        QVERIFY(gate.waitUntilReached());
        const auto second = fixture->submit("PauseVM", ofVm("a")); // it runs still, so it may be asked
        QVERIFY(first && second);
        gate.open();
        QCOMPARE(fixture->ended(*first).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->ended(*second).error().code(), Code::FailedPrecondition);
        QCOMPARE(fixture.world->count("pause"), 1);
    }

    void aPauseThatFailsShowsWhatTheVmReallyDoes_data()
    {
        QTest::addColumn<int>("code");
        QTest::addColumn<bool>("wasDone");
        for (const Code code : {Code::Internal, Code::Unavailable, Code::DeadlineExceeded, Code::Cancelled})
            for (const bool wasDone : {false, true})
                QTest::addRow("%s, %s", qPrintable(codeName(code)), wasDone ? "done" : "not done")
                    << int(code) << wasDone;
    }
    void aPauseThatFailsShowsWhatTheVmReallyDoes()
    {
        QFETCH(int, code);
        QFETCH(bool, wasDone);
        RouterFixture fixture;
        fixture->created("a");
        if (wasDone)
            fixture.world->after("pause", failing(Code(code)));
        else
            fixture.world->before("pause", failing(Code(code)));
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).error().code(), Code(code));
        QVERIFY(fixture->reaches("a", wasDone ? VmState::Paused : VmState::Running));
    }

    void aDriverThatThrowsIsNamed()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture.world->before("pause", [](Call &) -> Result<void> { throw std::runtime_error("bad driver"); });
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).error().code(), Code::Internal);
        QVERIFY(fixture->reaches("a", VmState::Running));
    }

    void whatAPausedVmHearsNotNeedsForce()
    {
        RouterFixture fixture;
        fixture->created("a");
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).status(), Operation::Status::Succeeded);

        const auto start = fixture->submit("StartVM", ofVm("a"));
        QCOMPARE(start.error().code(), Code::FailedPrecondition);
        QVERIFY2(start.error().hint().contains("ghostctl vm resume"), qPrintable(start.error().text()));
        for (const char *command : {"StopVM", "RestartVM", "DeleteVM"}) {
            const auto refused = fixture->submit(command, ofVm("a"));
            QCOMPARE(refused.error().code(), Code::FailedPrecondition);
            QVERIFY2(refused.error().hint().contains("--force"), qPrintable(refused.error().text()));
        }
        QCOMPARE(fixture.world->count("powerOff"), 0);

        QCOMPARE(fixture->run("RestartVM", ofVm("a", true)).error().text(), QString());
        QCOMPARE(fixture->vm("a")->state(), VmState::Running);
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->run("StopVM", ofVm("a", true)).error().text(), QString());
        QCOMPARE(fixture->vm("a")->state(), VmState::Stopped);
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Stopped);
    }

    void aPausedVmIsDeletedWithForce()
    {
        RouterFixture fixture;
        fixture->created("a");
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->run("DeleteVM", ofVm("a", true)).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList());
        QCOMPARE(fixture->ledger.picture().promisedMemoryBytes(), qint64(0));
    }

    void aPausedVmIsStillPausedForTheNextAgent()
    {
        RouterFixture fixture;
        fixture->created("a");
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).status(), Operation::Status::Succeeded);
        fixture.restart();
        fixture->observer.resync("hypervisor");
        QVERIFY(fixture->reaches("a", VmState::Paused));
        QTRY_COMPARE(fixture->vm("a")->address(), QString("192.0.2.7")); // its guest keeps it
        QCOMPARE(fixture->vm("a")->desired(), DesiredState::Running);
        QCOMPARE(fixture->run("ResumeVM", ofVm("a")).status(), Operation::Status::Succeeded);
    }

private:
    static QString lastStateTold(const RouterFixture &fixture, VmId vm)
    {
        QString state;
        for (const Event &event : fixture->recorder->events())
            if (event.subject() == vm.toString() && event.kind() == "vm.changed")
                state = event.value().value(QStringLiteral("state")).toString();
        return state;
    }
};

QTEST_GUILESS_MAIN(PauseHandlersTest)
#include "PauseHandlersTest.moc"
