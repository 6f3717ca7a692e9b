// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

namespace {

/// An operation that its agent did not end, and the agent after that one, which has not taken it up yet.
struct Killed
{
    OperationId id;
    std::unique_ptr<TestAgent> next;
};

/// Submits @p command, and kills the agent in the driver's @p call (`powerOn/after`: at its end). @p gate holds the
/// killed one there until the test opens it. Without a next agent: the call was not reached.
Killed killedIn(RouterFixture &fixture, Gate &gate, const QString &call, const QString &command,
                const QCborMap &arguments)
{
    fixture.world->before(call, gate.hook(Error(Code::Internal, "killed")));
    const auto id = fixture->submit(command, arguments);
    if (!id || !gate.waitUntilReached())
        return {};
    Killed killed{*id, fixture.killed()};
    fixture.world->before(call, {});
    return killed;
}

} // namespace

/// An agent is killed at some moment; the next one finds its folder and the same world.
class RecoveryTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCreateThatWasKilledLeavesNothing_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call :
             {"fetch", "createDisk", "createSeed", "ensure", "plug", "source", "create", "powerOn"}) {
            QTest::newRow(call) << call;
            QTest::addRow("after %s", call) << QString(call) + "/after";
        }
    }
    void aCreateThatWasKilledLeavesNothing()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, call, "CreateVM", named("my-vm"));
        QVERIFY(next);
        QCOMPARE(next->store.state()->warnings(), QStringList());
        QCOMPARE(next->store.records().size(), qsizetype(1));
        next->recover();
        const Operation operation = next->ended(id);
        QCOMPARE(operation.error().code(), Code::Cancelled);
        QCOMPARE(fixture.world->things(), QStringList());
        QVERIFY(!next->vm("my-vm"));
        QVERIFY(next->store.records().isEmpty());
        QVERIFY(next->store.journal().isEmpty());
        QVERIFY(next->store.leftovers().isEmpty());
        QCOMPARE(next->ledger.picture().promisedMemoryBytes(), qint64(0));
        gate.open();
        fixture->ended(id);
    }

    /// Killed between the write of the finished VM and that of the operation's end.
    void aCreateThatWasDoneStays()
    {
        RouterFixture fixture;
        QList<JournalEntry> entries;
        fixture.world->after("powerOn", [&](Call &) -> Result<void> {
            entries = fixture->store.journal();
            return {};
        });
        const auto id = fixture->submit("CreateVM", named("my-vm"));
        QCOMPARE(fixture->ended(*id).status(), Operation::Status::Succeeded);
        fixture.world->clearHooks();
        QCOMPARE(entries.size(), qsizetype(1));
        const QStringList things = fixture.world->things();
        fixture->store.putJournal(entries.first());
        QVERIFY(fixture->store.commit());

        const auto next = fixture.killed();
        next->recover();
        QCOMPARE(next->ended(*id).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), things);
        QVERIFY(next->vm("my-vm"));
        QVERIFY(next->store.journal().isEmpty());
    }

    void aCreateWhoseDriverIsGoneBecomesALeftover()
    {
        RouterFixture fixture;
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, "powerOn", "CreateVM", named("my-vm"));
        QVERIFY(next);
        next->drivers.setAbsent("hypervisor");
        const VmRecord record = next->store.records().first();
        next->ledger.restore(record.id, {1, qint64(1) << 30, 0}); // as the agent does when it starts
        next->recover();
        QCOMPARE(next->ended(id).error().code(), Code::Unavailable);
        QCOMPARE(next->ledger.picture().promisedMemoryBytes(), qint64(0));
        QVERIFY(!next->vm("my-vm"));
        QCOMPARE(next->store.leftovers().size(), qsizetype(1));
        gate.open();
        fixture->ended(id);
    }

    void aStartThatWasKilledIsDone_data() { beforeAndAfter("powerOn"); }
    void aStartThatWasKilledIsDone()
    {
        RouterFixture fixture;
        fixture->created("a");
        QCOMPARE(fixture->run("StopVM", ofVm("a")).status(), Operation::Status::Succeeded);
        finishesAfterAKill(fixture, "StartVM", ofVm("a"));
        QCOMPARE(m_vm->state(), VmState::Running);
        QCOMPARE(m_vm->desired(), DesiredState::Running);
    }

    void aStopThatWasKilledIsDone_data() { beforeAndAfter("powerOff"); }
    void aStopThatWasKilledIsDone()
    {
        RouterFixture fixture;
        fixture->created("a");
        finishesAfterAKill(fixture, "StopVM", ofVm("a"));
        QCOMPARE(m_vm->state(), VmState::Stopped);
        QCOMPARE(m_vm->desired(), DesiredState::Stopped);
    }

    void aRestartThatWasKilledIsDone_data()
    {
        beforeAndAfter("powerOff");
        QTest::newRow("before powerOn") << "powerOn";
        QTest::newRow("after powerOn") << "powerOn/after";
    }
    void aRestartThatWasKilledIsDone()
    {
        RouterFixture fixture;
        fixture->created("a");
        finishesAfterAKill(fixture, "RestartVM", ofVm("a"));
        QCOMPARE(m_vm->state(), VmState::Running);
    }

    void aPauseThatWasKilledIsDone_data() { beforeAndAfter("pause"); }
    void aPauseThatWasKilledIsDone()
    {
        RouterFixture fixture;
        fixture->created("a");
        finishesAfterAKill(fixture, "PauseVM", ofVm("a"));
        QCOMPARE(m_vm->state(), VmState::Paused);
        QCOMPARE(m_vm->desired(), DesiredState::Running);
    }

    void aResumeThatWasKilledIsDone_data() { beforeAndAfter("resume"); }
    void aResumeThatWasKilledIsDone()
    {
        RouterFixture fixture;
        fixture->created("a");
        QCOMPARE(fixture->run("PauseVM", ofVm("a")).status(), Operation::Status::Succeeded);
        finishesAfterAKill(fixture, "ResumeVM", ofVm("a"));
        QCOMPARE(m_vm->state(), VmState::Running);
    }

    void aDeleteThatWasKilledIsDone_data()
    {
        beforeAndAfter("remove");
        for (const char *call : {"unplug", "removeSeed", "removeDisk"}) {
            QTest::newRow(call) << call;
            QTest::addRow("after %s", call) << QString(call) + "/after";
        }
    }
    void aDeleteThatWasKilledIsDone()
    {
        RouterFixture fixture;
        fixture->created("a");
        finishesAfterAKill(fixture, "DeleteVM", ofVm("a", true));
        QVERIFY(!m_vm);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void anImageRemovalThatWasKilledIsDone_data() { beforeAndAfter("removeImage"); }
    void anImageRemovalThatWasKilledIsDone()
    {
        RouterFixture fixture;
        finishesAfterAKill(fixture, "RemoveImage", named("ubuntu-22.04"));
        QVERIFY(fixture.world->images.isEmpty());
    }

    /// Its guest is the new one by then.
    void aRestartThatWasKilledAfterItsPowerOnSwitchesOffOnlyOnce()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, "powerOn/after", "RestartVM", ofVm("a"));
        QVERIFY(next);
        next->recover();
        QCOMPARE(next->ended(id).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->count("powerOff"), 1);
        fixture->router.stop();
        gate.open();
        fixture->ended(id);
    }

    /// Half of it was done by the one before: neither "nothing is left" nor "it never began" would be true.
    void whatIsTakenUpDoesNotEndAsIfItHadNotBegun()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, "powerOff/after", "RestartVM", ofVm("a"));
        QVERIFY(next);
        Gate busy; // takes all threads, so that it waits
        fixture.world->before("fetch", busy.hook());
        QList<OperationId> creates;
        for (int number = 0; number < 8; ++number)
            creates << next->submit("CreateVM", named(QStringLiteral("vm-%1").arg(number))).value();
        next->recover();
        QVERIFY(next->router.cancel(id));
        QVERIFY(!next->store.state()->operation(id)->isEnded());
        busy.open();
        const Operation operation = next->ended(id);
        QCOMPARE(operation.error().code(), Code::Unavailable);
        for (const OperationId create : creates)
            next->ended(create);
        fixture->router.stop();
        gate.open();
        fixture->ended(id);
    }

    void whatIsTakenUpAndHasNoTimeWaitsForTheNextStart()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, "powerOff/after", "RestartVM", ofVm("a"));
        QVERIFY(next);
        next->router.stop();
        next->recover();
        QVERIFY(next->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(next->store.journal().size(), qsizetype(1));
        QCOMPARE(next->store.journal().first().operation.id(), id);
        fixture->router.stop();
        gate.open();
        fixture->ended(id);
    }

    /// The archive cannot be written, so that vms.json alone knows how it ended.
    void aRequestIdOfWhatTheArchiveHasNotIsRemembered()
    {
        RouterFixture fixture;
        const auto id = fixture->submit("CreateVM", named("a"), "request-1");
        QCOMPARE(fixture->ended(*id).status(), Operation::Status::Succeeded);
        const auto next = fixture.killed(); // on a copy of vms.json alone
        next->recover();
        QCOMPARE(next->submit("CreateVM", named("a"), "request-1").value_or(OperationId()), *id);
    }

    void whatAsksAFrontendWaitsForIt()
    {
        RouterFixture fixture;
        fixture->drivers.setCloud(true);
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, "setPaused", "PauseCloud", {});
        QVERIFY(next);
        next->recovery.run(); // the frontends are not open yet
        QVERIFY(!next->store.state()->operation(id)->isEnded());
        next->drivers.setCloud(true);
        next->recovery.runWithFrontends();
        QCOMPARE(next->ended(id).status(), Operation::Status::Succeeded);
        QVERIFY(fixture.world->isCloudPaused);
        fixture->router.stop();
        gate.open();
        fixture->ended(id);
    }

    void whatWaitedKeepsItsOrder()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook(Error(Code::Internal, "killed")));
        QList<OperationId> ids;
        ids << fixture->submit("StopVM", ofVm("a")).value();
        QVERIFY(gate.waitUntilReached());
        for (int repetition = 0; repetition < 6; ++repetition)
            ids << fixture->submit("RestartVM", ofVm("a", true)).value();
        const auto next = fixture.killed();
        fixture.world->before("powerOff", {});
        QList<OperationId> order;
        for (const JournalEntry &entry : next->store.journal())
            order << entry.operation.id();
        QCOMPARE(order, ids);
        next->recover();
        for (const OperationId id : ids)
            QCOMPARE(next->ended(id).status(), Operation::Status::Succeeded);
        fixture->router.stop(); // the killed one does no more
        gate.open();
        for (const OperationId id : ids)
            fixture->ended(id);
    }

    void theNextOneAfterACommandThatNobodyKnowsStillRuns()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        const auto entry = [&](const QString &command) {
            JournalEntry made;
            made.command = Command(command, ofVm("a"));
            made.operation.setId(OperationId::create());
            made.operation.setCommand(command);
            made.operation.setVm(vm);
            fixture->store.putJournal(made);
            return made.operation.id();
        };
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const OperationId known = entry("StopVM");
        const OperationId unknown = entry("CloneVM");
        const OperationId last = entry("StartVM");
        fixture->recover();
        QCOMPARE(fixture->ended(unknown).error().code(), Code::Unavailable);
        QVERIFY(gate.waitUntilReached());
        QCOMPARE(fixture.world->count("powerOn"), 1); // the create's: the start still waits
        gate.open();
        QCOMPARE(fixture->ended(known).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->ended(last).status(), Operation::Status::Succeeded);
    }

    /// An upload ends with its agent; the image is there if it had been complete.
    void anImportThatWasKilledIsToldAsItIs_data()
    {
        QTest::addColumn<QString>("call");
        QTest::addColumn<bool>("isThere");
        QTest::newRow("before the image is there") << "import" << false;
        QTest::newRow("after it") << "import/after" << true;
    }
    void anImportThatWasKilledIsToldAsItIs()
    {
        QFETCH(const QString, call);
        QFETCH(const bool, isThere);
        RouterFixture fixture;
        UniqueFd writing = fixture->offerStream("stream-1");
        QCOMPARE(::send(writing.get(), "hello", 5, MSG_NOSIGNAL), ssize_t(5));
        writing.reset();
        Gate gate;
        const auto [id, next] = killedIn(fixture, gate, call, "ImportImage",
                                         {{QStringLiteral("name"), "mini"},
                                          {QStringLiteral("size_bytes"), 5},
                                          {QStringLiteral("stream"), "stream-1"}});
        QVERIFY(next);
        next->recover();
        const Operation operation = next->ended(id);
        QCOMPARE(fixture.world->images.contains("mini"), isThere);
        QCOMPARE(operation.status(), isThere ? Operation::Status::Succeeded : Operation::Status::Failed);
        QCOMPARE(operation.error().code(), isThere ? Error().code() : Code::Unavailable);
        QCOMPARE(next->ledger.picture().promisedDiskBytes(), qint64(0));
        gate.open();
        fixture->ended(id);
    }

    void aRecordWithoutItsOperationIsALeftover()
    {
        RouterFixture fixture;
        VmRecord record;
        record.id = VmId::create();
        record.name = "a";
        record.hypervisor = "hypervisor";
        QVERIFY(fixture->store.addRecord(record));
        QVERIFY(fixture->store.commit());
        fixture.restart();
        fixture->recover();
        QVERIFY(!fixture->vm("a"));
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
    }

private:
    static void beforeAndAfter(const char *call)
    {
        QTest::addColumn<QString>("call");
        QTest::addRow("before %s", call) << QString(call);
        QTest::addRow("after %s", call) << QString(call) + "/after";
    }

    void finishesAfterAKill(RouterFixture &fixture, const QString &command, const QCborMap &arguments)
    {
        QFETCH(QString, call);
        Gate gate;
        const Killed killed = killedIn(fixture, gate, call, command, arguments);
        QVERIFY(killed.next);
        TestAgent &next = *killed.next;
        // As at every start: drivers are asked before anything goes on.
        next.observer.resync("hypervisor");
        const auto isSeen = [&] {
            const auto records = next.store.records();
            return records.isEmpty() || records.first().phase == VmRecord::Phase::Deleting ||
                   next.vm("a")->state() != VmState::Unknown;
        };
        QTRY_VERIFY(isSeen());
        next.recover();
        const Operation operation = next.ended(killed.id);
        QCOMPARE(operation.error().text(), QString());
        QCOMPARE(operation.status(), Operation::Status::Succeeded);
        m_vm = next.vm("a");
        gate.open();
        fixture->ended(killed.id);
    }

    std::optional<Vm> m_vm;
};

QTEST_GUILESS_MAIN(RecoveryTest)
#include "RecoveryTest.moc"
