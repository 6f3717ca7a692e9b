// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>
#include <unistd.h>

#include <QtTest/QtTest>

#include "RouterFixture.h"
#include "commands/ImportImageHandler.h"

using namespace ghost;

namespace {

QCborMap ofVm(const QString &name, bool force = false)
{
    QCborMap map{{QStringLiteral("vm"), name}};
    if (force)
        map.insert(QStringLiteral("force"), true);
    return map;
}

QCborMap stopped()
{
    return {{QStringLiteral("stopped"), true}};
}

} // namespace

/// StartVM, StopVM, RestartVM, DeleteVM, RemoveImage and ImportImage.
class VmHandlersTest : public QObject
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

    void anImportReadsItsStream()
    {
        RouterFixture fixture;
        ImportImageHandler *import = new ImportImageHandler(fixture->services());
        fixture->router.add(std::unique_ptr<CommandHandler>(import));
        int ends[2] = {-1, -1};
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        import->offer("stream-1", UniqueFd(ends[1]));
        const auto id = fixture->submit("ImportImage", {{QStringLiteral("name"), "mini"},
                                                        {QStringLiteral("size_bytes"), 5},
                                                        {QStringLiteral("stream"), "stream-1"}});
        QVERIFY2(id, id ? "" : qPrintable(id.error().text()));
        QCOMPARE(::write(ends[0], "hello", 5), ssize_t(5));
        ::close(ends[0]);
        const Operation operation = fixture->ended(*id);
        QCOMPARE(operation.error().text(), QString());
        QVERIFY(fixture.world->images.contains("mini"));
    }

    void anImportThatIsCancelledInTheQueueClosesItsStream()
    {
        RouterFixture fixture;
        ImportImageHandler *import = new ImportImageHandler(fixture->services());
        fixture->router.add(std::unique_ptr<CommandHandler>(import));
        Gate gate;
        fixture.world->before("fetch", gate.hook());
        QList<OperationId> creates; // they take all threads
        for (int number = 0; number < 8; ++number)
            creates
                << fixture->submit("CreateVM", {{QStringLiteral("name"), QStringLiteral("vm-%1").arg(number)}}).value();
        int ends[2] = {-1, -1};
        QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        import->offer("stream-1", UniqueFd(ends[1]));
        const UniqueFd writing(ends[0]);
        const auto id = fixture->submit("ImportImage", {{QStringLiteral("name"), "mini"},
                                                        {QStringLiteral("size_bytes"), 5},
                                                        {QStringLiteral("stream"), "stream-1"}});
        QVERIFY(id);
        QVERIFY(fixture->router.cancel(*id));
        gate.open();
        QCOMPARE(fixture->ended(*id).status(), Operation::Status::Cancelled);
        QCOMPARE(::send(writing.get(), "x", 1, MSG_NOSIGNAL), ssize_t(-1));
        for (const OperationId create : creates)
            fixture->ended(create);
    }
};

QTEST_GUILESS_MAIN(VmHandlersTest)
#include "VmHandlersTest.moc"
