// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <latch>

#include <QtCore/QDir>
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;
using std::chrono::milliseconds;

namespace {

/// The data folder is gone, a file stands in its place: not even root can write there.
class BrokenFolder
{
public:
    explicit BrokenFolder(const QString &folder)
        : m_folder(folder)
    {
        QFile(folder + "/vms.json").copy(folder + ".saved");
        m_isBroken = QDir().rename(folder, folder + ".away");
        QFile file(folder);
        m_isBroken = file.open(QIODevice::WriteOnly) && m_isBroken;
    }
    void mend()
    {
        if (std::exchange(m_isBroken, false)) {
            QFile::remove(m_folder);
            QDir().rename(m_folder + ".away", m_folder);
        }
    }
    ~BrokenFolder() { mend(); }
    bool isBroken() const { return m_isBroken; }

private:
    QString m_folder;
    bool m_isBroken = false;
};

/// Its command does nothing; when it is withdrawn, @p then runs.
class WithdrawnHandler : public CommandHandler
{
public:
    WithdrawnHandler(const Services &services, std::function<void()> then)
        : CommandHandler(services)
        , m_then(std::move(then))
    {}
    QString command() const override { return QStringLiteral("Probe"); }
    Result<Admission> admit(const Command &) override
    {
        return Admission{{}, QStringLiteral("probe"), m_services.drivers.hypervisor({})->work};
    }
    void withdraw(const Admission &, const Command &) override { m_then(); }
    Result<QCborMap> run(Work &) override { return QCborMap(); }

private:
    const std::function<void()> m_then;
};

} // namespace

class CommandRouterTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void refusesWhatItDoesNotKnow()
    {
        RouterFixture fixture;
        QCOMPARE(fixture->submit("MakeCoffee", {}).error().code(), Code::Unsupported);
        QCOMPARE(fixture->submit("CreateVM", named("a"), {}, -1).error().field(), QString("timeout_milliseconds"));
        QCOMPARE(fixture->submit("CreateVM", named("a"), {}, 86'400'001).error().code(), Code::InvalidArgument);
        QCOMPARE(fixture->router.cancel(OperationId::create()).error().code(), Code::NotFound);
        QVERIFY(fixture->store.records().isEmpty());
    }

    void aRepeatedRequestGetsTheSameOperation()
    {
        RouterFixture fixture;
        const auto first = fixture->submit("CreateVM", named("a"), "request-1");
        const auto second = fixture->submit("CreateVM", named("a"), "request-1");
        QVERIFY(first && second);
        QCOMPARE(*first, *second);
        QCOMPARE(fixture->ended(*first).status(), Operation::Status::Succeeded);
        QCOMPARE(*fixture->submit("CreateVM", named("a"), "request-1"), *first);
        QCOMPARE(fixture.world->count("create"), 1);
    }

    void aRepeatedRequestGetsTheSameOperationAfterARestart()
    {
        RouterFixture fixture;
        const auto first = fixture->submit("CreateVM", named("a"), "request-1");
        QCOMPARE(fixture->ended(*first).status(), Operation::Status::Succeeded);
        fixture.restart();
        fixture->recover();
        fixture->archive->flush();
        const auto again = fixture->submit("CreateVM", named("a"), "request-1");
        QVERIFY2(again, again ? "" : qPrintable(again.error().text()));
        QCOMPARE(*again, *first);
    }

    void whatEndedBeforeARestartCannotBeCancelled()
    {
        RouterFixture fixture;
        const auto ended = fixture->submit("CreateVM", named("a"));
        QCOMPARE(fixture->ended(*ended).status(), Operation::Status::Succeeded);
        fixture->store.archived(fixture->store.unarchived());
        QVERIFY(fixture->store.commit());
        fixture.restart();
        QVERIFY(!fixture->store.state()->operation(*ended)); // only the archive knows it
        QCOMPARE(fixture->router.cancel(*ended).error().code(), Code::FailedPrecondition);
        QCOMPARE(fixture->router.cancel(OperationId::create()).error().code(), Code::NotFound);
    }

    void twoCreatesOfOneNameGiveOneVm()
    {
        RouterFixture fixture;
        Gate gate;
        fixture.world->before("fetch", gate.hook());
        const auto first = fixture->submit("CreateVM", named("a"));
        const auto second = fixture->submit("CreateVM", named("a"));
        QVERIFY(first);
        QCOMPARE(second.error().code(), Code::AlreadyExists);
        QCOMPARE(second.error().field(), QString("name"));
        gate.open();
        QCOMPARE(fixture->ended(*first).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->store.records().size(), qsizetype(1));
    }

    void tenAtOnceWithMemoryForThree()
    {
        RouterFixture fixture;
        QList<OperationId> ids;
        for (int number = 0; number < 10; ++number) {
            QCborMap arguments = named(QStringLiteral("vm-%1").arg(number));
            arguments.insert(QStringLiteral("memory_bytes"), qint64(20) << 30); // of 64 GiB
            const auto id = fixture->submit("CreateVM", arguments);
            QVERIFY(id);
            ids << *id;
        }
        int made = 0;
        int refused = 0;
        for (const OperationId id : ids) {
            const Operation operation = fixture->ended(id);
            made += operation.status() == Operation::Status::Succeeded;
            refused += operation.error().code() == Code::ResourceExhausted;
        }
        QCOMPARE(made, 3);
        QCOMPARE(refused, 7);
        QCOMPARE(fixture->store.records().size(), qsizetype(3));
        QCOMPARE(fixture.world->things().count("vm"), qsizetype(3));
        QCOMPARE(fixture.world->things().count("disk"), qsizetype(3));
        QVERIFY(fixture->store.leftovers().isEmpty());
    }

    void commandsOfOneVmWaitForOneAnother()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QVERIFY(!vm.isNull());
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const auto stop = fixture->submit("StopVM", ofVm("a"));
        QVERIFY(stop);
        QVERIFY(gate.waitUntilReached());
        const auto remove = fixture->submit("DeleteVM", ofVm("a", true));
        QVERIFY2(remove, remove ? "" : qPrintable(remove.error().text()));
        QCOMPARE(fixture->store.state()->operation(*remove)->status(), Operation::Status::Queued);
        QCOMPARE(fixture.world->count("remove"), 0);
        gate.open();
        QCOMPARE(fixture->ended(*stop).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->ended(*remove).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void otherVmsDoNotWait()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture->created("b");
        Gate gate;
        const auto first = fixture->vm("a")->id();
        fixture.world->before("powerOff", [&, hook = gate.hook()](Call &call) {
            const auto operation = fixture->store.state()->operation(call.operation());
            return operation->vm() == first ? hook(call) : Result<void>();
        });
        const auto hanging = fixture->submit("StopVM", ofVm("a"));
        QVERIFY(gate.waitUntilReached());
        QCOMPARE(fixture->run("StopVM", ofVm("b")).status(), Operation::Status::Succeeded);
        gate.open();
        QCOMPARE(fixture->ended(*hanging).status(), Operation::Status::Succeeded);
    }

    void deleteWhileStartingWaitsItsTurn()
    {
        RouterFixture fixture;
        Gate gate;
        fixture.world->before("powerOn", gate.hook());
        const auto create = fixture->submit("CreateVM", named("a"));
        QVERIFY(gate.waitUntilReached());
        QCOMPARE(fixture->submit("DeleteVM", ofVm("a")).error().code(), Code::FailedPrecondition);
        const auto remove = fixture->submit("DeleteVM", ofVm("a", true));
        QVERIFY(remove);
        gate.open();
        QCOMPARE(fixture->ended(*create).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->ended(*remove).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void aQueuedOneIsCancelledBeforeItBegins()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const auto stop = fixture->submit("StopVM", ofVm("a"));
        QVERIFY(gate.waitUntilReached());
        const auto remove = fixture->submit("DeleteVM", ofVm("a", true));
        QVERIFY(fixture->router.cancel(*remove));
        gate.open();
        QCOMPARE(fixture->ended(*stop).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->ended(*remove).status(), Operation::Status::Cancelled);
        QVERIFY(fixture->vm("a"));
        QCOMPARE(fixture->router.cancel(*remove).error().code(), Code::FailedPrecondition);
    }

    /// Whoever runs before it may need minutes: neither its time nor Ctrl-C waits for that.
    void whatHasNotBegunEndsWithoutItsTurn()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const auto stop = fixture->submit("StopVM", ofVm("a"));
        QVERIFY(gate.waitUntilReached());
        const auto late = fixture->submit("DeleteVM", ofVm("a", true), {}, 100);
        const auto cancelled = fixture->submit("DeleteVM", ofVm("a", true));
        const auto last = fixture->submit("DeleteVM", ofVm("a", true));
        QVERIFY(fixture->router.cancel(*cancelled));
        QCOMPARE(fixture->ended(*cancelled).status(), Operation::Status::Cancelled);
        const Operation missed = fixture->ended(*late);
        QCOMPARE(missed.status(), Operation::Status::Failed);
        QCOMPARE(missed.error().code(), Code::DeadlineExceeded);
        QCOMPARE(missed.error().message(), QString("its time was over before it began"));
        QVERIFY(fixture->vm("a")->state() != VmState::Unknown);
        QCOMPARE(fixture->store.journal().size(), qsizetype(2));

        gate.open();
        QCOMPARE(fixture->ended(*stop).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->ended(*last).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void aCancelledCreateThatWaitsForAThreadLeavesItsName()
    {
        RouterFixture fixture;
        Gate gate;
        fixture.world->before("fetch", gate.hook());
        QList<OperationId> creates; // they take all threads
        for (int number = 0; number < 8; ++number)
            creates << fixture->submit("CreateVM", named(QStringLiteral("vm-%1").arg(number))).value();
        const auto waiting = fixture->submit("CreateVM", named("a"));
        QVERIFY(waiting);
        QVERIFY(fixture->router.cancel(*waiting));
        QCOMPARE(fixture->ended(*waiting).status(), Operation::Status::Cancelled);
        QVERIFY(!fixture->vm("a"));
        gate.open();
        for (const OperationId create : creates)
            fixture->ended(create);
    }

    void oneVmHasABoundedQueue()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        QList<OperationId> taken{fixture->submit("StopVM", ofVm("a")).value()};
        QVERIFY(gate.waitUntilReached());
        while (taken.size() < 16)
            taken << fixture->submit("DeleteVM", ofVm("a", true)).value();
        const auto surplus = fixture->submit("DeleteVM", ofVm("a", true));
        QVERIFY(!surplus);
        QCOMPARE(surplus.error().code(), Code::Busy);
        QCOMPARE(surplus.error().message(), QString("VM 'a': 15 operations wait for StopVM to end"));
        gate.open();
        for (const OperationId operation : taken)
            QVERIFY(fixture->ended(operation).isEnded());
    }

    /// Each costs a file descriptor: without a bound a client in a loop would end the agent, and its successor too.
    void allOperationsTogetherAreBounded()
    {
        RouterFixture fixture;
        Gate gate;
        fixture.world->before("fetch", gate.hook());
        const auto small = [](int number) {
            QCborMap arguments = named(QStringLiteral("vm-%1").arg(number));
            arguments.insert(QStringLiteral("memory_bytes"), 64 << 20);
            return arguments;
        };
        QList<OperationId> taken;
        for (int number = 0; number < 256; ++number)
            taken << fixture->submit("CreateVM", small(number)).value();
        const auto surplus = fixture->submit("CreateVM", small(256));
        QVERIFY(!surplus);
        QCOMPARE(surplus.error().code(), Code::ResourceExhausted);
        QVERIFY(!fixture->vm("vm-256"));
        for (const OperationId operation : taken)
            static_cast<void>(fixture->router.cancel(operation)); // some have ended meanwhile
        gate.open();
        QTRY_VERIFY_WITH_TIMEOUT(fixture->store.journal().isEmpty(), 20'000);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    /// Its client was told that it failed: a successor must not do it after all.
    void anOverdueOperationIsNotRunAgain()
    {
        RouterFixture fixture({.operation = {.afterDeadline = std::chrono::milliseconds(100)}});
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const auto stop = fixture->submit("StopVM", ofVm("a"), {}, 50);
        QCOMPARE(fixture->ended(*stop).error().code(), Code::DeadlineExceeded);
        const auto next = fixture.killed();
        QVERIFY(next->store.journal().isEmpty());
        gate.open();
        QVERIFY(fixture->reaches("a", VmState::Stopped)); // the old one asks what came of it
    }

    /// It would else run at the next start, whenever that is.
    void whatWaitsAtAnOrderlyStopIsCancelled()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const auto running = fixture->submit("StopVM", ofVm("a"));
        const auto waiting = fixture->submit("RestartVM", ofVm("a"));
        QVERIFY(running && waiting && gate.waitUntilReached());
        fixture->router.stop();
        const Operation ended = fixture->ended(*waiting);
        QCOMPARE(ended.status(), Operation::Status::Cancelled);
        QCOMPARE(ended.error().message(), QString("the agent is stopping"));
        gate.open();
        fixture->ended(*running);
        fixture.world->clearHooks();
        fixture.restart();
        fixture->recover();
        QVERIFY(fixture->store.journal().isEmpty());
        QCOMPARE(fixture.world->count("powerOn"), 1); // of its create
    }

    /// An operation is told before it is written; who hears of it may cancel it.
    void whatIsBeingWrittenCanBeCancelled()
    {
        class CancelsAtOnce : public EventSink
        {
        public:
            explicit CancelsAtOnce(TestAgent &agent)
                : m_agent(agent)
            {}
            void event(const Event &event) override
            {
                if (event.value().value(QStringLiteral("status")).toString() == QStringLiteral("queued"))
                    m_cancelling =
                        std::async(std::launch::async, [this, id = OperationId::fromString(event.subject())] {
                            return m_agent.router.cancel(id);
                        });
            }
            Result<void> result() { return m_cancelling.get(); }

        private:
            TestAgent &m_agent;
            std::future<Result<void>> m_cancelling;
        };
        RouterFixture fixture;
        fixture->created("a", stopped());
        EventFilter operations;
        operations.kinds = {QStringLiteral("operation.")};
        const auto sink = std::make_shared<CancelsAtOnce>(*fixture.agent);
        const quint64 subscription = fixture->events.subscribe(operations, sink);
        const auto id = fixture->submit("StartVM", ofVm("a"));
        fixture->events.unsubscribe(subscription);
        QVERIFY(id);
        const Result<void> cancelled = sink->result();
        const Operation operation = fixture->ended(*id);
        // It may have run before its word came; unknown it never is.
        QVERIFY2(cancelled || cancelled.error().code() == Code::FailedPrecondition,
                 qPrintable(cancelled ? QString() : cancelled.error().text()));
        if (cancelled)
            QCOMPARE(operation.status() == Operation::Status::Succeeded, fixture.world->count("powerOn") == 1);
        QCOMPARE(fixture->run("StartVM", ofVm("a")).isEnded(), true); // its queue is not stuck
    }

    /// `capabilities` is asked while a command is admitted.
    void aDriverThatHangsAtAdmissionKeepsNobodyElse()
    {
        RouterFixture fixture;
        fixture->created("a");
        Gate stopping;
        fixture.world->before("powerOff", stopping.hook());
        const auto stop = fixture->submit("StopVM", ofVm("a"));
        QVERIFY(stopping.waitUntilReached());
        std::latch inside(1);
        std::latch open(1);
        {
            const std::scoped_lock lock(fixture.world->mutex);
            fixture.world->inCapabilities = [&, isFirst = true]() mutable {
                if (std::exchange(isFirst, false))
                    inside.count_down();
                open.wait();
            };
        }
        auto creating = std::async(std::launch::async, [&] { return fixture->submit("CreateVM", named("b")); });
        inside.wait();
        stopping.open();
        QCOMPARE(fixture->ended(*stop).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->router.cancel(*stop).error().code(), Code::FailedPrecondition);
        open.count_down();
        {
            const auto created = creating.get();
            const std::scoped_lock lock(fixture.world->mutex);
            fixture.world->inCapabilities = {};
            QVERIFY(created);
        }
    }

    void anIdMeansTheVmWithThatId()
    {
        RouterFixture fixture;
        const VmId a = fixture->created("a");
        const auto twin = fixture->submit("CreateVM", named(a.toString()));
        QVERIFY(!twin);
        QCOMPARE(twin.error().code(), Code::InvalidArgument);
        QCOMPARE(twin.error().field(), QString("name"));
    }

    void anOverdueCallClosesItsVmUntilItComesBack()
    {
        RouterFixture fixture({.operation = {.afterDeadline = std::chrono::milliseconds(100)}});
        fixture->created("a");
        Gate gate;
        fixture.world->before("powerOff", gate.hook());
        const auto stop = fixture->submit("StopVM", ofVm("a"), {}, 50);
        QVERIFY(gate.waitUntilReached());
        const Operation operation = fixture->ended(*stop);
        QCOMPARE(operation.status(), Operation::Status::Failed);
        QCOMPARE(operation.error().code(), Code::DeadlineExceeded);
        QCOMPARE(fixture->vm("a")->state(), VmState::Unknown);
        const auto busy = fixture->submit("StopVM", ofVm("a"));
        QVERIFY(!busy);
        QCOMPARE(busy.error().code(), Code::Busy);
        QVERIFY(fixture->run("CreateVM", named("b")).status() == Operation::Status::Succeeded);

        gate.open();
        QVERIFY(fixture->reaches("a", VmState::Stopped));
        QVERIFY(QTest::qWaitFor([&] { return fixture->submit("StartVM", ofVm("a")).has_value(); }));
    }

    void anUndoThatDoesNotComeBackIsGivenUp()
    {
        RouterFixture fixture({.operation = {.undo = milliseconds(100)}});
        Gate gate;
        fixture.world->before("plug", failing(Code::Internal));
        fixture.world->before("removeDisk", gate.hook());
        const auto create = fixture->submit("CreateVM", named("a"));
        QVERIFY(gate.waitUntilReached());
        const Operation operation = fixture->ended(*create); // long before its deadline
        QCOMPARE(operation.error().code(), Code::DeadlineExceeded);
        QCOMPARE(fixture->submit("StartVM", ofVm("a")).error().code(), Code::Busy);
        gate.open();
        QTRY_VERIFY(!fixture->vm("a"));
        QTRY_COMPARE(fixture.world->things(), QStringList());
    }

    void afterStopNothingBegins()
    {
        RouterFixture fixture;
        Gate gate;
        fixture.world->before("fetch", gate.hook());
        const auto create = fixture->submit("CreateVM", named("a"));
        QVERIFY(gate.waitUntilReached());
        fixture->router.stop();
        QCOMPARE(fixture->submit("CreateVM", named("b")).error().code(), Code::Unavailable);
        gate.open();
        QCOMPARE(fixture->ended(*create).status(), Operation::Status::Cancelled);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void whatCannotBeWrittenIsNotBegun()
    {
        RouterFixture fixture;
        {
            BrokenFolder broken(fixture->folder);
            QVERIFY(broken.isBroken());
            const auto id = fixture->submit("CreateVM", named("a"), "request-1");
            QVERIFY(!id);
            QVERIFY(!fixture->vm("a"));
            QVERIFY(fixture->store.journal().isEmpty());
            QCOMPARE(fixture.world->trace(), QStringList());
            for (const Operation &operation : fixture->store.state()->operations())
                QVERIFY(operation.isEnded());
        }
        // The client may try the same request again.
        const auto again = fixture->submit("CreateVM", named("a"), "request-1");
        QVERIFY(again);
        QCOMPARE(fixture->ended(*again).status(), Operation::Status::Succeeded);
        // And what never was is not what its request id means later.
        fixture.restart();
        fixture->recover();
        fixture->archive->flush();
        QCOMPARE(fixture->submit("CreateVM", named("a"), "request-1").value_or(OperationId()), *again);
    }

    /// Another's write, which succeeds meanwhile, takes the entry along: its client was told that it cannot be.
    void whatCouldNotBeWrittenIsNotRunByTheNextAgent()
    {
        RouterFixture fixture;
        fixture->created("a");
        std::unique_ptr<BrokenFolder> broken;
        fixture->router.add(std::make_unique<WithdrawnHandler>(fixture->services(), [&] {
            broken.reset();
            QVERIFY(fixture->store.commit());
        }));
        broken = std::make_unique<BrokenFolder>(fixture->folder);
        QVERIFY(broken->isBroken());
        QVERIFY(!fixture->submit("Probe", {}));
        QVERIFY(!broken);
        const auto next = fixture.killed();
        QVERIFY(next->store.journal().isEmpty());
        QVERIFY(next->vm("a"));
    }

    /// A restart does not leave its VM off because its time is over; nor is it told as hung while it goes on.
    void aStepWithTimeOfItsOwnIsNotGivenUpAtTheDeadline()
    {
        RouterFixture fixture({.operation = {.afterDeadline = milliseconds(100)}});
        fixture->created("a");
        fixture->created("b");
        Gate starting;
        fixture.world->before("powerOn", starting.hook());
        const auto restart = fixture->submit("RestartVM", ofVm("a"), {}, 1'000);
        QVERIFY(starting.waitUntilReached());
        Gate stopping;
        fixture.world->before("powerOff", stopping.hook());
        // The clock: it was begun later, and is given up.
        const auto stop = fixture->submit("StopVM", ofVm("b"), {}, 1'000);
        QCOMPARE(fixture->ended(*stop).error().code(), Code::DeadlineExceeded);
        QVERIFY(!fixture->store.state()->operation(*restart)->isEnded());
        starting.open();
        QCOMPARE(fixture->ended(*restart).status(), Operation::Status::Succeeded);
        stopping.open();
    }

    void aDiskThatFillsUpOnTheWayLeavesNothing_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"fetch", "createDisk", "createSeed", "plug", "create", "powerOn"})
            QTest::newRow(call) << call;
    }
    void aDiskThatFillsUpOnTheWayLeavesNothing()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        std::unique_ptr<BrokenFolder> broken;
        fixture.world->before(call, [&](Call &) -> Result<void> {
            if (!broken)
                broken = std::make_unique<BrokenFolder>(fixture->folder);
            return {};
        });
        const Operation operation = fixture->run("CreateVM", named("a"));
        QCOMPARE(operation.status(), Operation::Status::Failed);
        QCOMPARE(fixture.world->things(), QStringList());
        QVERIFY(!fixture->vm("a"));
        broken.reset();
        fixture.restart();
        fixture->recover();
        QTRY_VERIFY(!fixture->vm("a"));
    }
};

QTEST_GUILESS_MAIN(CommandRouterTest)
#include "CommandRouterTest.moc"
