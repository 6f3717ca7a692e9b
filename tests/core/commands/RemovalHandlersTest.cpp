// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QtTest>

#include "RouterFixture.h"

using namespace ghost;

/// DeleteVM, RemoveImage and RemoveNetworks.
class RemovalHandlersTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void deleteRemovesAllParts()
    {
        RouterFixture fixture;
        const VmId vm = fixture->created("a", stopped());
        QCOMPARE(fixture->run("DeleteVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList());
        QVERIFY(!fixture->vm("a"));
        QVERIFY(fixture->store.leftovers().isEmpty());
        QCOMPARE(fixture->recorder->kinds(vm.toString()).last(), QString("vm.removed"));
        QCOMPARE(fixture->ledger.picture().promisedMemoryBytes(), qint64(0));
    }

    void deleteOfARunningVmNeedsForce()
    {
        RouterFixture fixture;
        fixture->created("a");
        const auto refused = fixture->submit("DeleteVM", ofVm("a"));
        QCOMPARE(refused.error().code(), Code::FailedPrecondition);
        QVERIFY(!refused.error().hint().isEmpty());
        QCOMPARE(fixture->run("DeleteVM", ofVm("a", true)).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->things(), QStringList());
    }

    void aVmWhoseHypervisorFailsToRemoveItStays()
    {
        RouterFixture fixture;
        fixture->created("a", stopped());
        fixture.world->before("remove", failing(Code::Internal));
        QCOMPARE(fixture->run("DeleteVM", ofVm("a")).error().code(), Code::Internal);
        QVERIFY(fixture->vm("a"));
        QCOMPARE(fixture->store.records().first().phase, VmRecord::Phase::Present);
        QCOMPARE(fixture.world->things().size(), qsizetype(4));
    }

    /// Not even after the next start, which finishes what was begun.
    void aHypervisorThatThrowsHasNotDeleted_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"remove", "powerOff"})
            QTest::newRow(call) << call;
    }
    void aHypervisorThatThrowsHasNotDeleted()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        const VmId vm = fixture->created("a", call == "remove" ? stopped() : QCborMap());
        const QStringList things = fixture.world->things();
        fixture.world->before(call, [](Call &) -> Result<void> { throw std::runtime_error("the test's"); });
        const QString command = call == "remove" ? "DeleteVM" : "StopVM";
        QCOMPARE(fixture->run(command, ofVm("a")).error().code(), Code::Internal);
        fixture.world->clearHooks();
        fixture.restart();
        fixture->recover();
        QVERIFY(fixture->vm("a"));
        QCOMPARE(fixture->store.record(vm)->phase, VmRecord::Phase::Present);
        QVERIFY(fixture->store.leftovers().isEmpty());
        QCOMPARE(fixture.world->things(), things);
    }

    void aPartThatCannotBeRemovedIsALeftover_data()
    {
        QTest::addColumn<QString>("call");
        for (const char *call : {"unplug", "removeSeed", "removeDisk"})
            QTest::newRow(call) << call;
    }
    void aPartThatCannotBeRemovedIsALeftover()
    {
        QFETCH(QString, call);
        RouterFixture fixture;
        fixture->created("a", stopped());
        fixture.world->before(call, failing(Code::Unavailable));
        QCOMPARE(fixture->run("DeleteVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QVERIFY(!fixture->vm("a"));
        QCOMPARE(fixture.world->things().size(), qsizetype(1));
        QCOMPARE(fixture->store.leftovers().size(), qsizetype(1));
    }

    void anImageInUseStays()
    {
        RouterFixture fixture;
        fixture->created("a", stopped());
        const QCborMap image{{QStringLiteral("name"), QStringLiteral("ubuntu-22.04")}};
        QCOMPARE(fixture->submit("RemoveImage", image).error().code(), Code::FailedPrecondition);
        QCOMPARE(fixture->run("DeleteVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->run("RemoveImage", image).status(), Operation::Status::Succeeded);
        QVERIFY(fixture.world->images.isEmpty());
        QCOMPARE(fixture->run("RemoveImage", image).error().code(), Code::NotFound);
    }

    void networksGoOnlyWhenNoVmIsLeft()
    {
        RouterFixture fixture;
        fixture->created("a", stopped());
        const Error refused = fixture->run("RemoveNetworks", {}).error();
        QCOMPARE(refused.code(), Code::FailedPrecondition);
        QVERIFY2(refused.message().contains("used by a"), qPrintable(refused.message()));
        QCOMPARE(fixture.world->count("removeNetwork"), 0);

        QCOMPARE(fixture->run("DeleteVM", ofVm("a")).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture->run("RemoveNetworks", {}).status(), Operation::Status::Succeeded);
        QCOMPARE(fixture.world->count("removeNetwork"), 1);
        QCOMPARE(fixture->run("RemoveNetworks", {}).status(), Operation::Status::Succeeded);
    }

    void aNetworkThatCannotBeAskedIsNotSaidToBeGone()
    {
        RouterFixture fixture;
        fixture->drivers.setAbsent("network");
        QCOMPARE(fixture->run("RemoveNetworks", {}).error().code(), Code::Unavailable);
        fixture->drivers.setAbsent("network", false);
        fixture.world->before("removeNetwork", failing(Code::DeadlineExceeded));
        QCOMPARE(fixture->run("RemoveNetworks", {}).error().code(), Code::DeadlineExceeded);
    }

    void aNetworkIsNotRemovedUnderAVmThatIsBeingRemoved()
    {
        RouterFixture fixture;
        fixture->created("a", stopped());
        fixture.world->before("unplug", failing(Code::Unavailable));
        QCOMPARE(fixture->run("DeleteVM", ofVm("a")).status(), Operation::Status::Succeeded);
        const Error refused = fixture->run("RemoveNetworks", {}).error();
        QCOMPARE(refused.code(), Code::FailedPrecondition);
        QVERIFY2(refused.message().contains("a (being removed)"), qPrintable(refused.message()));
    }
};

QTEST_GUILESS_MAIN(RemovalHandlersTest)
#include "RemovalHandlersTest.moc"
