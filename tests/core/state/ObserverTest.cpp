// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <latch>

#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

namespace {

DriverEvent changed(VmId vm)
{
    return {DriverEvent::Kind::VmChanged, vm};
}

} // namespace

class ObserverTest : public QObject
{
    Q_OBJECT

    static VmState state(RouterFixture &fixture) { return fixture->vm("a")->state(); }
    /// What the guest does without the agent.
    static void become(RouterFixture &fixture, VmId vm, VmState state)
    {
        const std::scoped_lock lock(fixture.world->mutex);
        fixture.world->vms[vm].setState(state);
    }
    /// Whether anybody was told that it is in @p state.
    static bool wasEver(RouterFixture &fixture, VmId vm, const QString &state)
    {
        return fixture->recorder->waitFor(
            [&](const Event &event) {
                return event.subject() == vm.toString() &&
                       event.value().value(QStringLiteral("state")).toString() == state;
            },
            std::chrono::milliseconds(0));
    }

private Q_SLOTS:
    void aHintIsFollowedByAQuestion()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        become(fixture, vm, VmState::Stopped);
        fixture->observer.event("hypervisor", changed(vm));
        QVERIFY(fixture->reaches("a", VmState::Stopped));
        QCOMPARE(fixture->vm("a")->address(), QString());
    }

    void manyHintsAreFewQuestions()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        Gate gate;
        fixture.world->before("inspect", gate.hook());
        fixture->observer.event("hypervisor", changed(vm));
        QVERIFY(gate.waitUntilReached());
        const int before = fixture.world->count("inspect");
        for (int number = 0; number < 100; ++number)
            fixture->observer.event("hypervisor", changed(vm));
        QCOMPARE(fixture.world->count("inspect"), before);
        become(fixture, vm, VmState::Paused);
        gate.open();
        QVERIFY(fixture->reaches("a", VmState::Paused));
        QTRY_COMPARE(fixture.world->count("inspect"), before + 1);
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(fixture.world->count("inspect"), before + 1);
    }

    void aFloodOfResyncsIsOneMoreList()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        Gate gate;
        fixture.world->before("list", gate.hook());
        fixture->observer.event("hypervisor", {DriverEvent::Kind::Resync, {}});
        QVERIFY(gate.waitUntilReached());
        const int before = fixture.world->count("list");
        for (int number = 0; number < 100'000; ++number)
            fixture->observer.event("hypervisor", {DriverEvent::Kind::Resync, {}});
        become(fixture, vm, VmState::Paused);
        gate.open();
        QVERIFY(fixture->reaches("a", VmState::Paused));
        QTRY_COMPARE(fixture.world->count("list"), before + 1);
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(fixture.world->count("list"), before + 1);
    }

    void whatIsNotAnsweredAtAllIsUnknown_data()
    {
        QTest::addColumn<QString>("call");
        QTest::newRow("inspect") << "inspect";
        QTest::newRow("list") << "list";
    }
    void whatIsNotAnsweredAtAllIsUnknown()
    {
        QFETCH(QString, call);
        RouterFixture fixture({.question = std::chrono::milliseconds(100)});
        const VmId vm = fixture->created("a");
        QVERIFY(fixture->reaches("a", VmState::Running));
        Gate gate;
        fixture.world->before(call, gate.hook());
        if (call == "list")
            fixture->observer.resync("hypervisor");
        else
            fixture->observer.inspect(vm);
        QVERIFY(gate.waitUntilReached());
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        QCOMPARE(fixture->vm("a")->problem(), QString("its driver does not answer"));
        gate.open();
        QVERIFY(fixture->reaches("a", VmState::Running));
        QCOMPARE(fixture->vm("a")->problem(), QString());
    }

    /// Its threads may all be stuck: what is said of the VM is as old for that.
    void aQuestionThatNeverBeginsIsNotAnswered()
    {
        RouterFixture fixture({.question = std::chrono::milliseconds(200)});
        fixture->created("a");
        QVERIFY(fixture->reaches("a", VmState::Running));
        std::latch open(1);
        const auto driver = fixture->drivers.hypervisor({});
        for (int number = 0; number < 4; ++number)
            driver->questions->post([&] { open.wait(); });
        fixture->observer.event("hypervisor", changed(fixture->vm("a")->id()));
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        QCOMPARE(fixture->vm("a")->problem(), QString("its driver does not answer"));
        open.count_down();
        QVERIFY(fixture->reaches("a", VmState::Running));
    }

    /// Whoever does not come back from `addresses` is the network, not the hypervisor.
    void aNetworkThatHangsDoesNotBlindItsHypervisor()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        Gate gate;
        fixture.world->before("addresses", gate.hook());
        fixture->observer.resync("hypervisor");
        QVERIFY(gate.waitUntilReached());
        fixture->observer.lost("hypervisor", "the test's");
        QCOMPARE(fixture->vm("a")->state(), VmState::Unknown);
        become(fixture, vm, VmState::Paused);
        fixture->observer.resync("hypervisor");
        QVERIFY(fixture->reaches("a", VmState::Paused));
        gate.open();
    }

    /// Its driver need not say when it can tell again.
    void aVmOfWhichItsDriverCannotTellIsAskedForAgain()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QVERIFY(fixture->reaches("a", VmState::Running));
        const qint64 startedAtMs = fixture->vm("a")->startedAtMs();
        become(fixture, vm, VmState::Unknown);
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        QCOMPARE(fixture->vm("a")->problem(), QString("its driver cannot tell"));
        QCOMPARE(fixture->vm("a")->startedAtMs(), startedAtMs);
        become(fixture, vm, VmState::Running);
        QVERIFY(fixture->reaches("a", VmState::Running));
    }

    void aVmThatItsDriverDoesNotKnowIsLostNotDropped()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        {
            const std::scoped_lock lock(fixture.world->mutex);
            fixture.world->vms.clear();
        }
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Failed));
        QCOMPARE(fixture->vm("a")->reason(), StateReason::Lost);
        QVERIFY(fixture->vm("a")->problem().contains("vm start a"));
        QVERIFY(fixture->store.record(vm));
    }

    void whoCannotBeAskedIsUnknown_data()
    {
        QTest::addColumn<int>("code");
        for (const Code code : {Code::Unavailable, Code::DeadlineExceeded, Code::Internal, Code::PermissionDenied})
            QTest::newRow(qPrintable(codeName(code))) << int(code);
    }
    void whoCannotBeAskedIsUnknown()
    {
        QFETCH(int, code);
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        fixture.world->before("inspect", failing(Code(code)));
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        QCOMPARE(fixture->vm("a")->problem(), QString("a fault that the test asked for"));
        fixture.world->clearHooks();
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Running));
        QCOMPARE(fixture->vm("a")->problem(), QString());
    }

    void aDriverThatThrowsEndsNobody()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        for (const char *call : {"inspect", "list", "addresses"})
            fixture.world->before(call, [](Call &) -> Result<void> { throw std::runtime_error("bad driver"); });
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        fixture->observer.event("network", {DriverEvent::Kind::AddressChanged, vm});
        fixture->observer.resync("hypervisor");
        QTRY_VERIFY(fixture.world->count("list") > 0);
        fixture.world->clearHooks();
        fixture->observer.inspect(vm);
        QVERIFY(fixture->reaches("a", VmState::Running));
    }

    void aStrangersHintIsDropped()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20))); // all questions are answered
        const int before = fixture.world->count("inspect");
        fixture->observer.event("hypervisor", changed(VmId::create()));
        fixture->observer.event("another", changed(vm));
        QCOMPARE(fixture.world->count("inspect"), before);
        QCOMPARE(state(fixture), VmState::Running);
    }

    void anOldLeaseIsNoAddress()
    {
        RouterFixture fixture;
        fixture.world->givesAddresses = false;
        const VmId vm = fixture->created("a", {{QStringLiteral("no_wait"), true}});
        const qint64 startedAt = fixture->vm("a")->startedAtMs();
        const auto lease = [&](qint64 since) {
            {
                const std::scoped_lock lock(fixture.world->mutex);
                fixture.world->givesAddresses = true;
                fixture.world->ports.at(vm).setSinceMs(since);
            }
            const int before = fixture.world->count("addresses");
            fixture->observer.event("network", {DriverEvent::Kind::AddressChanged, vm});
            QTRY_VERIFY(fixture.world->count("addresses") > before);
        };
        lease(startedAt - 1500);
        QCOMPARE(fixture->vm("a")->address(), QString());
        lease(startedAt / 1000 * 1000); // leases know whole seconds
        QTRY_COMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
        QCOMPARE(fixture->vm("a")->endpoint(), QString("127.0.0.1:40022"));
    }

    void ofTwoAddressesTheFirstThatWasToldStays()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QTRY_COMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
        {
            const std::scoped_lock lock(fixture.world->mutex);
            Address other = fixture.world->ports.at(vm);
            other.setIp("192.0.2.8");
            other.setSinceMs(other.sinceMs() + 1);
            fixture.world->otherAddresses = {other};
        }
        const int before = fixture.world->count("addresses");
        fixture->observer.event("network", {DriverEvent::Kind::AddressChanged, vm});
        QTRY_VERIFY(fixture.world->count("addresses") > before);
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20))); // the answers are taken
        QCOMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
    }

    void theLastPowerOnsLeaseIsNoAddressInTheSecondOfARestart()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QTRY_COMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
        qint64 startedAt = 0;
        {
            const std::scoped_lock lock(fixture.world->mutex);
            // Restarted before that second was over: the lease is the old one, and rounds to no earlier than the start.
            startedAt = fixture.world->ports.at(vm).sinceMs() + 1;
            fixture.world->vms[vm].setStartedAtMs(startedAt);
        }
        fixture->observer.event("hypervisor", changed(vm));
        QTRY_COMPARE(fixture->vm("a")->startedAtMs(), startedAt);
        const int before = fixture.world->count("addresses");
        fixture->observer.event("network", {DriverEvent::Kind::AddressChanged, vm});
        QTRY_VERIFY(fixture.world->count("addresses") > before);
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20))); // the answers are taken
        QCOMPARE(fixture->vm("a")->address(), QString());
    }

    void aListTakesAllVmsOver()
    {
        RouterFixture fixture;
        fixture->created("a");
        const VmId b = fixture->created("b");
        const VmId c = fixture->created("c");
        become(fixture, b, VmState::Stopped);
        {
            const std::scoped_lock lock(fixture.world->mutex);
            fixture.world->vms.erase(c);
            VmInfo stranger;
            stranger.setId(VmId::create());
            fixture.world->vms[stranger.id()] = stranger;
        }
        fixture.restart();
        QCOMPARE(fixture->vm("a")->state(), VmState::Unknown);
        fixture->observer.resync("hypervisor");
        QVERIFY(fixture->reaches("a", VmState::Running));
        QVERIFY(fixture->reaches("b", VmState::Stopped));
        QVERIFY(fixture->reaches("c", VmState::Failed));
        QTRY_COMPARE(fixture->vm("a")->address(), QString("192.0.2.7"));
        QCOMPARE(fixture->store.state()->vms().size(), qsizetype(3));
    }

    void aListThatFailsMakesAllUnknown()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture->created("b");
        fixture.world->before("list", failing(Code::Unavailable));
        fixture->observer.resync("hypervisor");
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        QVERIFY(fixture->reaches("b", VmState::Unknown));
        fixture.world->clearHooks();
        fixture->observer.event("hypervisor", {DriverEvent::Kind::Resync, {}});
        QVERIFY(fixture->reaches("a", VmState::Running));
    }

    void anAnswerThatIsOvertakenIsAskedAgain()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        Gate gate;
        fixture.world->after("inspect", gate.hook());
        fixture->observer.inspect(vm);
        QVERIFY(gate.waitUntilReached()); // its answer will say that it runs
        QCOMPARE(fixture->run("StopVM", {{QStringLiteral("vm"), "a"}}).status(), Operation::Status::Succeeded);
        gate.open();
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(state(fixture), VmState::Stopped);
    }

    void anAnswerThatItIsGoneIsOvertakenToo()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a", {{QStringLiteral("stopped"), true}});
        const auto kept = [&] {
            const std::scoped_lock lock(fixture.world->mutex);
            return fixture.world->vms.at(vm);
        }();
        Gate gate;
        fixture.world->before("inspect", gate.hook(Error(Code::NotFound, "no such VM")));
        fixture->observer.inspect(vm);
        QVERIFY(gate.waitUntilReached()); // its answer will say that nobody knows the VM
        const int before = fixture.world->count("inspect");
        VmInfo running = kept;
        running.setState(VmState::Running);
        running.setStartedAtMs(1);
        {
            const std::scoped_lock lock(fixture.world->mutex);
            fixture.world->vms[vm] = running;
        }
        fixture->store.observe(running); // what powerOn answered
        gate.open();
        QTRY_VERIFY(fixture.world->count("inspect") > before); // asked once more
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(state(fixture), VmState::Running);
        QVERIFY(!wasEver(fixture, vm, "failed"));
    }

    void aFailureIsOvertakenToo_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"inspect", "list"})
            QTest::newRow(call) << call;
    }
    void aFailureIsOvertakenToo()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        const VmId vm = fixture->created("a", {{QStringLiteral("stopped"), true}});
        Gate gate;
        fixture.world->before(call, gate.hook(Error(Code::DeadlineExceeded, "too slow")));
        if (call == "inspect")
            fixture->observer.inspect(vm);
        else
            fixture->observer.resync("hypervisor");
        QVERIFY(gate.waitUntilReached());
        const QCborMap start{{QStringLiteral("vm"), "a"}, {QStringLiteral("no_wait"), true}};
        QCOMPARE(fixture->run("StartVM", start).status(), Operation::Status::Succeeded);
        gate.open();
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(state(fixture), VmState::Running);
        QVERIFY(!wasEver(fixture, vm, "unknown"));
    }

    void aQuestionThatFailedOnceIsAskedAgain_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"inspect", "list"})
            QTest::newRow(call) << call;
    }
    void aQuestionThatFailedOnceIsAskedAgain()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        QTRY_COMPARE(fixture->vm("a")->address(), QString("192.0.2.7")); // no question is left
        fixture.world->before(call, failing(Code::DeadlineExceeded));
        if (call == "inspect")
            fixture->observer.inspect(vm);
        else
            fixture->observer.resync("hypervisor");
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        const int before = fixture.world->count(call);
        fixture.world->clearHooks();
        QVERIFY(fixture->reaches("a", VmState::Running)); // nobody told of anything
        QVERIFY(fixture.world->count(call) > before);
    }

    void aDriverThatIsGoneIsNotAskedAgain()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a");
        fixture.world->before("inspect", failing(Code::Unavailable));
        fixture.world->before("list", failing(Code::Unavailable));
        fixture->observer.inspect(vm);
        fixture->observer.resync("hypervisor");
        QTRY_VERIFY(fixture.world->count("list") == 1 && fixture.world->count("inspect") > 0);
        QVERIFY(fixture->reaches("a", VmState::Unknown));
        fixture->drivers.setAbsent("hypervisor");
        const auto questions = [&] { return fixture.world->count("inspect") + fixture.world->count("list"); };
        const int before = questions();
        QVERIFY(!QTest::qWaitFor([&] { return questions() > before; }, 3'000)); // longer than the first pause
    }

    void lostMeansUnknownForItsVms()
    {
        RouterFixture fixture;
        fixture->created("a");
        fixture->observer.lost("another", "x");
        QCOMPARE(state(fixture), VmState::Running);
        fixture->observer.lost("hypervisor", "libvirtd is gone");
        QCOMPARE(state(fixture), VmState::Unknown);
        QCOMPARE(fixture->vm("a")->problem(), QString("libvirtd is gone"));
    }
};

QTEST_GUILESS_MAIN(ObserverTest)
#include "ObserverTest.moc"
