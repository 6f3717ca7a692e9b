// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <latch>

#include <QtCore/QScopeGuard>
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;
using std::chrono::milliseconds;

class LeftoverSweeperTest : public QObject
{
    Q_OBJECT

    /// A leftover whose VM is there, as after a create that failed and happened yet.
    static VmRecord leave(TestAgent &agent)
    {
        VmRecord record;
        record.id = VmId::create();
        record.name = "late";
        record.hypervisor = "hypervisor";
        record.network = "network";
        record.storage = "storage";
        record.disk = VolumeId::create();
        record.seed = VolumeId::create();
        [[maybe_unused]] const auto added = agent.store.addRecord(record);
        agent.store.dropRecord(record.id, true);
        appear(*agent.world, record);
        return record;
    }
    static void appear(FakeWorld &world, const VmRecord &record)
    {
        const std::scoped_lock lock(world.mutex);
        VmInfo info;
        info.setId(record.id);
        world.vms[record.id] = info;
        world.ports[record.id] = {};
        world.volumes[record.disk] = false;
        world.volumes[record.seed] = true;
    }

    /// Ends the threads before the sweeper that they may be in.
    static auto closing(RouterFixture &fixture)
    {
        return qScopeGuard([&fixture] {
            if (!fixture->drivers.close(std::chrono::seconds(20)))
                qFatal("a driver's call has not come back");
        });
    }

    /// Sweeps again and again, and not once more when @p isSo.
    static bool sweepsUntil(LeftoverSweeper &sweeper, const std::function<bool()> &isSo)
    {
        return QTest::qWaitFor(
            [&] {
                sweeper.sweep();
                return isSo();
            },
            20'000);
    }

private Q_SLOTS:
    void removesAllPartsAndThenForgets()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        sweeper.sweep();
        QTRY_COMPARE(fixture.world->things(), QStringList());
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture->store.leftovers().isEmpty(); }));
        fixture.restart();
        QVERIFY(fixture->store.leftovers().isEmpty());
    }

    /// However many there are, and whatever hangs.
    void leavesThreadsForQuestions()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        for (int number = 0; number < 6; ++number)
            leave(*fixture.agent);
        Gate gate;
        fixture.world->before("removeDisk", gate.hook());
        sweeper.sweep();
        QVERIFY(gate.waitUntilReached());
        for (int number = 0; number < 10; ++number)
            sweeper.sweep();
        std::latch answered(1);
        fixture->drivers.hypervisor({})->questions->post([&] { answered.count_down(); });
        answered.wait();
        gate.open();
        // One round is enough for all of them.
        QTRY_COMPARE(fixture.world->things(), QStringList());
    }

    void remembersWhileItHasNotStayedClean()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), std::chrono::hours(1));
        const auto end = closing(fixture);
        const VmRecord record = leave(*fixture.agent);
        sweeper.sweep();
        QTRY_COMPARE(fixture.world->things(), QStringList());
        for (int look = 2; look < 5; ++look) {
            QVERIFY(sweepsUntil(sweeper, [&] { return fixture.world->count("list") >= look; }));
            QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
        }
        appear(*fixture.world, record); // late
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture.world->things().isEmpty(); }));
        QVERIFY(!fixture->vm("late"));
    }

    void comingLateBeginsTheCleanTimeAnew()
    {
        RouterFixture fixture;
        constexpr milliseconds staysClean(300);
        LeftoverSweeper sweeper(fixture->services(), staysClean);
        const auto end = closing(fixture);
        const VmRecord record = leave(*fixture.agent);
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture.world->things().isEmpty(); }));
        appear(*fixture.world, record);
        QElapsedTimer sinceLate;
        sinceLate.start();
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture->store.leftovers().isEmpty(); }));
        QVERIFY(sinceLate.elapsed() >= staysClean.count());
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void keepsWhatNobodyCanSee_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"list", "remove", "unplug", "removeSeed", "removeDisk"})
            QTest::newRow(call) << call;
    }
    void keepsWhatNobodyCanSee()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        fixture.world->before(call, failing(Code::Unavailable));
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture.world->count(call) >= 3; }));
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
        fixture.world->clearHooks();
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture->store.leftovers().isEmpty(); }));
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void survivesADriverThatThrows()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        fixture.world->before("list", [](Call &) -> Result<void> { throw std::runtime_error("bad driver"); });
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture.world->count("list") >= 2; }));
        fixture.world->clearHooks();
        QVERIFY(sweepsUntil(sweeper, [&] { return fixture->store.leftovers().isEmpty(); }));
    }

    void waitsForItsDriver()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        fixture->drivers.setAbsent("network");
        sweeper.sweep();
        fixture->drivers.setAbsent("hypervisor");
        sweeper.sweep();
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
    }
};

QTEST_GUILESS_MAIN(LeftoverSweeperTest)
#include "LeftoverSweeperTest.moc"
