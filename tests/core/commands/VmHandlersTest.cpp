// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>

#include <sys/socket.h>
#include <unistd.h>

#include <QtCore/QJsonArray>
#include <QtCore/QJsonDocument>
#include <QtCore/QJsonObject>
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

void edit(const QString &file, const std::function<void(QJsonObject &)> &change)
{
    QFile json(file);
    QVERIFY(json.open(QIODevice::ReadWrite));
    QJsonObject root = QJsonDocument::fromJson(json.readAll()).object();
    change(root);
    QVERIFY(json.resize(0) && json.seek(0));
    QVERIFY(json.write(QJsonDocument(root).toJson()) > 0);
}

/// Writes @p changes into the only VM's record; null takes a field away. With @p asLeftover it is being removed.
void changeRecord(const QString &file, const QJsonObject &changes, bool asLeftover)
{
    edit(file, [&](QJsonObject &root) {
        QJsonObject record = root.value("vms").toArray().first().toObject();
        for (auto at = changes.begin(); at != changes.end(); ++at)
            record.insert(at.key(), at->isNull() ? QJsonValue(QJsonValue::Undefined) : at.value());
        root.insert("vms", asLeftover ? QJsonArray() : QJsonArray{record});
        if (asLeftover)
            root.insert("removing", QJsonArray{QJsonObject{{"record", record}, {"since_ms", 1}}});
    });
}

} // namespace

/// StartVM, StopVM, RestartVM, DeleteVM, RemoveImage, RemoveNetworks and ImportImage.
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

    void anImageOfARecordInQuarantineStays_data()
    {
        QTest::addColumn<QJsonObject>("change");
        QTest::addColumn<bool>("isLeftover");
        QTest::addColumn<bool>("isRefused");
        const QJsonObject bad{{"phase", "a later one"}};
        const auto with = [&](const QJsonValue &image) {
            QJsonObject change = bad;
            change.insert("image", image);
            return change;
        };
        QTest::newRow("its own") << bad << false << true;
        QTest::newRow("unreadable") << with(7) << false << true;
        QTest::newRow("missing") << with(QJsonValue::Null) << false << true;
        QTest::newRow("another") << with("debian-12") << false << false;
        QTest::newRow("none") << with("") << false << false;
        QTest::newRow("its own, being removed") << bad << true << true;
        QTest::newRow("another, being removed") << with("debian-12") << true << false;
    }
    void anImageOfARecordInQuarantineStays()
    {
        QFETCH(QJsonObject, change);
        QFETCH(bool, isLeftover);
        QFETCH(bool, isRefused);
        RouterFixture fixture;
        const VmId id = fixture->created("a", stopped());
        const QString folder = fixture->folder;
        fixture.agent.reset();
        changeRecord(folder + "/vms.json", change, isLeftover);
        fixture.agent = std::make_unique<TestAgent>(folder, fixture.world);
        QVERIFY(!fixture->store.record(id));
        const Operation operation = fixture->run("RemoveImage", {{QStringLiteral("name"), "ubuntu-22.04"}});
        QCOMPARE(operation.status(), isRefused ? Operation::Status::Failed : Operation::Status::Succeeded);
        if (isRefused) {
            QCOMPARE(operation.error().code(), Code::FailedPrecondition);
            QVERIFY2(operation.error().message().contains("'a'"), qPrintable(operation.error().message()));
        }
        QCOMPARE(fixture.world->images.isEmpty(), !isRefused);
    }

    void aVmWhoseRecordIsInQuarantineIsShownAndLeftAlone_data()
    {
        QTest::addColumn<QString>("command");
        for (const char *command : {"StartVM", "StopVM", "RestartVM", "DeleteVM"})
            QTest::newRow(command) << command;
    }
    void aVmWhoseRecordIsInQuarantineIsShownAndLeftAlone()
    {
        QFETCH(QString, command);
        RouterFixture fixture;
        const VmId id = fixture->created("a");
        const QStringList things = fixture.world->things();
        const QString folder = fixture->folder;
        fixture.agent.reset();
        changeRecord(folder + "/vms.json", {{"phase", QJsonValue::Null}}, false);
        fixture.agent = std::make_unique<TestAgent>(folder, fixture.world);
        fixture->observer.resync("hypervisor");
        const Error error = fixture->run(command, {{QStringLiteral("vm"), "a"}}).error();
        QCOMPARE(error.code(), Code::FailedPrecondition);
        QVERIFY2(error.message().contains("cannot be read: 'phase'"), qPrintable(error.message()));
        QVERIFY(fixture->drivers.close(std::chrono::seconds(20)));
        QCOMPARE(fixture->vm("a")->id(), id);
        QCOMPARE(fixture->vm("a")->state(), VmState::Unknown);
        QCOMPARE(fixture.world->things(), things);
        for (const QStringList warnings = fixture->store.state()->warnings(); const QString &warning : warnings)
            QVERIFY2(!warning.contains("no record here"), qPrintable(warning));
    }

    void anOperationInQuarantineHoldsNoImage()
    {
        RouterFixture fixture;
        const QString folder = fixture->folder;
        fixture.agent.reset();
        edit(folder + "/vms.json", [](QJsonObject &root) {
            root.insert("operations", QJsonArray{QJsonObject{{"operation", ""}, {"command", "StopVM"}}});
        });
        fixture.agent = std::make_unique<TestAgent>(folder, fixture.world);
        QCOMPARE(fixture->store.state()->warnings().size(), qsizetype(1));
        QCOMPARE(fixture->run("RemoveImage", {{QStringLiteral("name"), "ubuntu-22.04"}}).status(),
                 Operation::Status::Succeeded);
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

    void anImportIsPromisedItsDiskWhileItRuns()
    {
        RouterFixture fixture;
        ImportImageHandler *import = new ImportImageHandler(fixture->services());
        fixture->router.add(std::unique_ptr<CommandHandler>(import));
        const qint64 before = fixture->ledger.picture().promisedDiskBytes();
        qint64 during = 0;
        fixture.world->before("import", [&](Call &) -> Result<void> {
            during = fixture->ledger.picture().promisedDiskBytes();
            return {};
        });
        const auto importOf = [&](qint64 bytes) {
            int ends[2] = {-1, -1};
            if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
                qFatal("no sockets");
            import->offer("stream", UniqueFd(ends[1]));
            ::close(ends[0]);
            return fixture
                ->run("ImportImage", {{QStringLiteral("name"), "mini"},
                                      {QStringLiteral("size_bytes"), bytes},
                                      {QStringLiteral("stream"), "stream"}})
                .error();
        };
        QCOMPARE(importOf(5).code(), Code::InvalidArgument); // no byte came
        QCOMPARE(during, before + 5);
        QCOMPARE(fixture->ledger.picture().promisedDiskBytes(), before);

        const Error refused = importOf(qint64(1001) << 30); // the host has 1000
        QCOMPARE(refused.code(), Code::ResourceExhausted);
        QCOMPARE(refused.field(), QStringLiteral("size_bytes"));
        QCOMPARE(fixture.world->count("import"), 1);
        QCOMPARE(fixture->ledger.picture().promisedDiskBytes(), before);
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
