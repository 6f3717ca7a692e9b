// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
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

private Q_SLOTS:
    void removesAllPartsAndThenForgets()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        sweeper.sweep();
        QTRY_COMPARE(fixture.world->things(), QStringList());
        QTRY_VERIFY((sweeper.sweep(), fixture->store.leftovers().isEmpty()));
        fixture.restart();
        QVERIFY(fixture->store.leftovers().isEmpty());
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
            QTRY_VERIFY((sweeper.sweep(), fixture.world->count("list") >= look));
            QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
        }
        appear(*fixture.world, record); // late
        QTRY_VERIFY((sweeper.sweep(), fixture.world->things().isEmpty()));
        QVERIFY(!fixture->vm("late"));
    }

    void comingLateBeginsTheCleanTimeAnew()
    {
        RouterFixture fixture;
        constexpr milliseconds staysClean(300);
        LeftoverSweeper sweeper(fixture->services(), staysClean);
        const auto end = closing(fixture);
        const VmRecord record = leave(*fixture.agent);
        QTRY_VERIFY((sweeper.sweep(), fixture.world->things().isEmpty()));
        appear(*fixture.world, record);
        QElapsedTimer sinceLate;
        sinceLate.start();
        QTRY_VERIFY_WITH_TIMEOUT((sweeper.sweep(), fixture->store.leftovers().isEmpty()), 20'000);
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
        QTRY_VERIFY((sweeper.sweep(), fixture.world->count(call) >= 3));
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
        fixture.world->clearHooks();
        QTRY_VERIFY((sweeper.sweep(), fixture->store.leftovers().isEmpty()));
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void survivesADriverThatThrows()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        fixture.world->before("list", [](Call &) -> Result<void> { throw std::runtime_error("bad driver"); });
        QTRY_VERIFY((sweeper.sweep(), fixture.world->count("list") >= 2));
        fixture.world->clearHooks();
        QTRY_VERIFY((sweeper.sweep(), fixture->store.leftovers().isEmpty()));
    }

    void waitsForItsDriver()
    {
        RouterFixture fixture;
        LeftoverSweeper sweeper(fixture->services(), milliseconds(0));
        const auto end = closing(fixture);
        leave(*fixture.agent);
        fixture->drivers.setAbsent("network");
        QTRY_VERIFY((sweeper.sweep(), true));
        fixture->drivers.setAbsent("hypervisor");
        sweeper.sweep();
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
    }
};

QTEST_GUILESS_MAIN(LeftoverSweeperTest)
#include "LeftoverSweeperTest.moc"
