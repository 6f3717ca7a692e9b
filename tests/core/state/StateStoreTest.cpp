// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "EventRecorder.h"
#include "SmallDisk.h"
#include "events/EventBus.h"
#include "log/Log.h"
#include "state/StateStore.h"

using namespace ghost;

class StateStoreTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    std::unique_ptr<Log> m_log;
    std::unique_ptr<EventBus> m_events;
    std::shared_ptr<EventRecorder> m_recorder;
    std::unique_ptr<StateStore> m_store;

    QString file() const { return m_root.filePath(QString("%1.json").arg(QTest::currentTestFunction())); }
    void open()
    {
        m_store.reset();
        m_events = std::make_unique<EventBus>();
        m_recorder = std::make_shared<EventRecorder>();
        m_events->subscribe({}, m_recorder);
        m_store = std::make_unique<StateStore>(file(), *m_events, *m_log);
        QVERIFY(m_store->load());
    }
    VmRecord added(const QString &name)
    {
        VmRecord record;
        record.id = VmId::create();
        record.name = name;
        record.phase = VmRecord::Phase::Present;
        record.cpus = 1;
        record.hypervisor = "hypervisor";
        if (!m_store->addRecord(record))
            qFatal("the name is taken");
        return record;
    }
    static VmInfo info(VmId id, VmState state, qint64 startedAtMs = 0)
    {
        VmInfo made;
        made.setId(id);
        made.setState(state);
        made.setStartedAtMs(startedAtMs);
        return made;
    }
    OperationId journalled()
    {
        JournalEntry entry;
        entry.operation.setId(OperationId::create());
        entry.operation.setStatus(Operation::Status::Queued);
        entry.command.setName("CreateVM");
        m_store->putJournal(entry);
        return entry.operation.id();
    }
    /// The kinds of all events so far; the last one is known to have come.
    QStringList kinds()
    {
        const quint64 last = m_events->lastSequence();
        m_recorder->waitFor([&](const Event &event) { return event.sequence() >= last; });
        return m_recorder->kinds();
    }

private Q_SLOTS:
    void init()
    {
        m_log = std::move(*Log::open({LogLevel::Debug, m_root.filePath("log")}));
        open();
    }

    void whatADriverSaysInNoEnumeratorOfOursIsUnknown_data()
    {
        QTest::addColumn<int>("state");
        for (const int state : {-1, 0, 8, 99})
            QTest::addRow("%d", state) << state;
    }
    void whatADriverSaysInNoEnumeratorOfOursIsUnknown()
    {
        QFETCH(int, state);
        const VmRecord record = added("a");
        m_store->observe(info(record.id, VmState::Running, 1000));
        VmInfo strange = info(record.id, VmState(state), 1000);
        strange.setReason(StateReason(77));
        strange.setAccelerator(Accelerator(55));
        m_store->observe(strange);
        const auto vm = m_store->state()->vm(record.id);
        QCOMPARE(vm->startedAtMs(), 1000); // it may run on
        QCOMPARE(vm->state(), VmState::Unknown);
        QCOMPARE(vm->reason(), StateReason::Unspecified);
        QCOMPARE(vm->accelerator(), Accelerator::Auto); // as its record says
        QVERIFY2(vm->problem().contains(QString("(%1)").arg(state)), qPrintable(vm->problem()));
        m_store->observe(info(record.id, VmState::Running, 1000));
        QCOMPARE(m_store->state()->vm(record.id)->problem(), QString());
    }

    /// Its guest may run: nobody is to take it for gone.
    void aVmWhoseRecordDoesNotParseIsUnknownAndKeepsItsName()
    {
        const VmRecord good = added("good");
        const VmRecord bad = added("bad");
        QVERIFY(m_store->commit());
        QFile saved(file());
        QVERIFY(saved.open(QIODevice::ReadWrite));
        QByteArray json = saved.readAll();
        const auto at = json.indexOf("\"phase\"", json.indexOf("\"bad\""));
        json.replace(at, 7, "\"phrase\"");
        QVERIFY(saved.resize(0) && saved.seek(0) && saved.write(json) == json.size());
        saved.close();
        for (int start = 0; start < 2; ++start) {
            open();
            QCOMPARE(m_store->state()->vms().size(), qsizetype(2));
            const auto vm = m_store->state()->vm(bad.id);
            QVERIFY(vm);
            QCOMPARE(vm->name(), QString("bad"));
            QCOMPARE(vm->hypervisor(), QString("hypervisor"));
            QCOMPARE(vm->state(), VmState::Unknown);
            QVERIFY2(vm->problem().contains("'phase'"), qPrintable(vm->problem()));
            QVERIFY(!m_store->record(bad.id));
            VmRecord another;
            another.id = VmId::create();
            another.name = "bad";
            QCOMPARE(m_store->addRecord(another).error().code(), Code::AlreadyExists);
        }
        QCOMPARE(m_store->record(good.id)->name, QString("good"));
    }

    void aNameIsTakenOnce()
    {
        const VmRecord first = added("a");
        VmRecord second = first;
        second.id = VmId::create();
        const auto again = m_store->addRecord(second);
        QCOMPARE(again.error().code(), Code::AlreadyExists);
        QCOMPARE(again.error().field(), QString("name"));
        m_store->dropRecord(first.id, false);
        QVERIFY(m_store->addRecord(second));
    }

    void recordsSurviveAndAreUnknownAtFirst()
    {
        const AgentId agent = m_store->agentId();
        const VmRecord b = added("b");
        const VmRecord a = added("a");
        m_store->observe(info(a.id, VmState::Running, 5));
        const NetworkId network = m_store->network("network-nat");
        QCOMPARE(m_store->network("network-nat"), network);
        QVERIFY(!(m_store->network("network-user") == network));
        QVERIFY(m_store->commit());
        open();
        QCOMPARE(m_store->agentId(), agent);
        QCOMPARE(m_store->network("network-nat"), network);
        const auto vms = m_store->state()->vms();
        QCOMPARE(vms.size(), qsizetype(2));
        QCOMPARE(vms[0].name(), QString("b")); // in the order of creation
        QCOMPARE(vms[1].state(), VmState::Unknown);
        QCOMPARE(vms[1].startedAtMs(), qint64(0));
    }

    void anEndIsKeptUntilTheArchiveHasIt()
    {
        const OperationId id = journalled();
        const auto ended =
            m_store->endOperation(id, [](Operation &operation) { operation.setStatus(Operation::Status::Succeeded); });
        QVERIFY(ended && m_store->commit());
        open();
        QVERIFY(m_store->journal().isEmpty());
        QCOMPARE(m_store->unarchived().size(), 1);
        QVERIFY(m_store->state()->operation(id)->isEnded());
        m_store->archived({*ended});
        QVERIFY(m_store->commit());
        open();
        QVERIFY(m_store->unarchived().isEmpty());
        QVERIFY(!m_store->state()->operation(id));
    }

    void keepsOnlySoManyEndsThatNoArchiveTakes()
    {
        for (int number = 0; number < 150; ++number)
            m_store->endOperation(journalled(),
                                  [](Operation &operation) { operation.setStatus(Operation::Status::Succeeded); });
        QCOMPARE(m_store->unarchived().size(), 100);
    }

    void eventsTellTheLifeOfAVm()
    {
        const VmRecord record = added("a");
        m_store->changeVm(record.id, [](Vm &) {}); // nothing
        m_store->recordCreated(record.id);
        m_store->observe(info(record.id, VmState::Running, 5));
        m_store->observe(info(record.id, VmState::Running, 5)); // nothing
        m_store->changeRecord(record.id, [](VmRecord &changed) { changed.desired = DesiredState::Running; });
        m_store->dropRecord(record.id, false);
        m_store->dropRecord(record.id, false); // nothing
        QCOMPARE(kinds(), QStringList({"vm.changed", "vm.created", "vm.changed", "vm.changed", "vm.removed"}));
        const QCborMap last = m_recorder->events().last().value();
        QCOMPARE(last.value(QStringLiteral("state")).toString(), QString("running"));
        QCOMPARE(last.value(QStringLiteral("desired")).toString(), QString("running"));
    }

    void aPublishedStateNeverChanges()
    {
        const VmRecord record = added("a");
        const auto before = m_store->state();
        m_store->observe(info(record.id, VmState::Running, 5));
        QCOMPARE(before->vm(record.id)->state(), VmState::Starting);
        QVERIFY(m_store->state()->generation() > before->generation());
    }

    void aNewPowerOnTakesTheOldAddressAway()
    {
        const VmRecord record = added("a");
        const auto address = [&] { return m_store->state()->vm(record.id)->address(); };
        m_store->observe(info(record.id, VmState::Running, 5));
        m_store->changeVm(record.id, [](Vm &vm) {
            vm.setAddress("192.0.2.1");
            vm.setEndpoint("127.0.0.1:1");
        });
        m_store->observe(info(record.id, VmState::Running, 5));
        QCOMPARE(address(), QString("192.0.2.1"));
        m_store->observe(info(record.id, VmState::Paused, 5));
        QCOMPARE(address(), QString("192.0.2.1"));
        m_store->observe(info(record.id, VmState::Running, 6));
        QCOMPARE(address(), QString());
        QCOMPARE(m_store->state()->vm(record.id)->endpoint(), QString());
    }

    void aStoppedVmHasNeitherAddressNorUptime()
    {
        const VmRecord record = added("a");
        m_store->observe(info(record.id, VmState::Running, 5));
        m_store->changeVm(record.id, [](Vm &vm) { vm.setAddress("192.0.2.1"); });
        m_store->observe(info(record.id, VmState::Stopped, 5));
        QCOMPARE(m_store->state()->vm(record.id)->address(), QString());
        QCOMPARE(m_store->state()->vm(record.id)->startedAtMs(), qint64(0));
    }

    void anAnswerThatIsOlderThanWhatIsKnownIsDropped()
    {
        const VmRecord record = added("a");
        const quint64 asked = m_store->observations(record.id);
        m_store->observe(info(record.id, VmState::Running, 5));
        QVERIFY(!m_store->observeSince(asked, info(record.id, VmState::Stopped)));
        QCOMPARE(m_store->state()->vm(record.id)->state(), VmState::Running);
        QVERIFY(m_store->observeSince(m_store->observations(record.id), info(record.id, VmState::Stopped)));
        QCOMPARE(m_store->state()->vm(record.id)->state(), VmState::Stopped);
    }

    void unknownSaysWhyUntilItIsKnown()
    {
        const VmRecord record = added("a");
        m_store->observeUnknown(record.id, "libvirtd is gone");
        QCOMPARE(m_store->state()->vm(record.id)->state(), VmState::Unknown);
        QCOMPARE(m_store->state()->vm(record.id)->problem(), QString("libvirtd is gone"));
        m_store->observe(info(record.id, VmState::Running, 5));
        QCOMPARE(m_store->state()->vm(record.id)->problem(), QString());
    }

    void nothingIsObservedOfTheUnknown()
    {
        const quint64 generation = m_store->state()->generation();
        m_store->observe(info(VmId::create(), VmState::Running, 5));
        m_store->observeUnknown(VmId::create(), "x");
        m_store->changeRecord(VmId::create(), [](VmRecord &) { QFAIL("no such record"); });
        m_store->recordCreated(VmId::create());
        QCOMPARE(m_store->state()->generation(), generation);
    }

    void aWatchIsRaisedUntilItIsLetGo()
    {
        const VmRecord record = added("a");
        const VmRecord other = added("b");
        const auto signal = std::make_shared<Signal>();
        auto watch = m_store->watch(record.id, signal);
        Call call({}, Call::Clock::now() + std::chrono::minutes(1));
        const auto wasRaised = [&] {
            return call.waitAtMost(*signal, std::chrono::milliseconds(0)) == Call::Wake::Raised;
        };
        m_store->observe(info(other.id, VmState::Running, 5));
        QVERIFY(!wasRaised());
        m_store->observe(info(record.id, VmState::Running, 5));
        QVERIFY(wasRaised());
        m_store->dropRecord(record.id, false);
        QVERIFY(wasRaised());
        watch.reset();
        m_store->observe(info(record.id, VmState::Stopped));
        QVERIFY(!wasRaised());
    }

    void aLeftoverSurvivesUntilItIsDropped()
    {
        const VmRecord record = added("a");
        m_store->dropRecord(record.id, true);
        QVERIFY(m_store->commit());
        open();
        QVERIFY(m_store->records().isEmpty());
        QVERIFY(m_store->state()->vms().isEmpty());
        QCOMPARE(m_store->leftovers().size(), qsizetype(1));
        QCOMPARE(m_store->leftovers().first().record.name, QString("a"));
        QVERIFY(m_store->leftovers().first().sinceMs > 0);
        m_store->dropLeftover(record.id);
        QVERIFY(m_store->commit());
        open();
        QVERIFY(m_store->leftovers().isEmpty());
    }

    void theJournalSurvivesWithItsSteps()
    {
        const OperationId first = journalled();
        const OperationId second = journalled();
        m_store->addStep(first, "create disk");
        QVERIFY(m_store->commit());
        open();
        const auto journal = m_store->journal();
        QCOMPARE(journal.size(), qsizetype(2));
        QCOMPARE(journal[0].operation.id(), first); // in the order of submission
        QCOMPARE(journal[1].operation.id(), second);
        QCOMPARE(journal[0].steps, QStringList({"create disk"}));
        QCOMPARE(m_store->state()->operation(first)->step(), QString("create disk"));
    }

    void anOperationEndsOnce()
    {
        const OperationId id = journalled();
        const auto succeed = [](Operation &operation) { operation.setStatus(Operation::Status::Succeeded); };
        const auto ended = m_store->endOperation(id, succeed);
        QVERIFY(ended && ended->endedAtMs() > 0);
        QVERIFY(!m_store->endOperation(id, succeed));
        m_store->changeOperation(id, [](Operation &operation) { operation.setPercent(7); });
        m_store->addStep(id, "late");
        QVERIFY(m_store->journal().isEmpty());
        // Nobody sees it before it is announced, which comes after the write.
        QCOMPARE(m_store->state()->operation(id)->status(), Operation::Status::Queued);
        QCOMPARE(kinds(), QStringList({"operation.changed"}));
        m_store->announceEnd(*ended);
        QCOMPARE(m_store->state()->operation(id)->status(), Operation::Status::Succeeded);
        QVERIFY(m_store->state()->operation(id)->step().isEmpty());
        QCOMPARE(kinds().size(), qsizetype(2));
    }

    void onlyTheLatestEndedOperationsStay()
    {
        const OperationId running = journalled();
        OperationId last;
        for (int number = 0; number < 150; ++number) {
            last = journalled();
            const auto ended = m_store->endOperation(
                last, [](Operation &operation) { operation.setStatus(Operation::Status::Succeeded); });
            QVERIFY(ended);
            m_store->announceEnd(*ended);
        }
        QCOMPARE(m_store->state()->operations().size(), qsizetype(101));
        QVERIFY(m_store->state()->operation(running));
        QVERIFY(m_store->state()->operation(last));
    }

    void commitWritesOnlyWhatIsNew()
    {
        QVERIFY(m_store->commit());
        QVERIFY(QFile::remove(file()));
        QVERIFY(m_store->commit());
        QVERIFY(!QFile::exists(file()));
        added("a");
        QVERIFY(m_store->commit());
        QVERIFY(QFile::exists(file()));
    }

    void anOlderGenerationIsAWarning()
    {
        added("a");
        QVERIFY(m_store->commit());
        added("b");
        QVERIFY(m_store->commit());
        {
            QFile broken(file());
            QVERIFY(broken.open(QIODevice::WriteOnly) && broken.write("{") == 1);
        }
        open();
        QCOMPARE(m_store->state()->warnings().size(), qsizetype(1));
        QCOMPARE(m_store->state()->vms().size(), qsizetype(1));
    }

    void aFullDiskIsAWarningUntilThereIsRoomAgain()
    {
        const QString folder = m_root.filePath("small");
        QVERIFY(QDir().mkpath(folder));
        const SmallDisk disk(folder, "8m");
        if (!disk.isMounted())
            QSKIP("mounting a tmpfs needs root");
        const auto start = [&] {
            m_store = std::make_unique<StateStore>(folder + "/vms.json", *m_events, *m_log);
            return m_store->load();
        };
        const auto warnings = [&] { return m_store->state()->warnings(); };
        QVERIFY(start());
        QCOMPARE(warnings(), QStringList());
        m_store->warn("another");

        disk.fill();
        for (const char *name : {"a", "b"}) {
            added(name);
            QVERIFY(m_store->commit());
            QCOMPARE(warnings().size(), qsizetype(2));
            QVERIFY2(warnings()[1].contains("the disk of " + folder + " is full"), qPrintable(warnings()[1]));
            QVERIFY2(warnings()[1].contains("stopped and deleted"), qPrintable(warnings()[1]));
        }
        disk.fill();
        QVERIFY(start());
        QCOMPARE(warnings().size(), qsizetype(1));
        QVERIFY2(warnings()[0].contains("stopped and deleted"), qPrintable(warnings()[0]));

        QVERIFY(QFile::remove(folder + "/vms.json.spare"));
        disk.fill();
        added("c");
        const auto written = m_store->commit();
        QVERIFY(!written);
        QCOMPARE(written.error().code(), Code::ResourceExhausted);
        QCOMPARE(warnings().size(), qsizetype(1));
        QVERIFY2(warnings()[0].contains("no operation can be recorded"), qPrintable(warnings()[0]));

        disk.empty();
        m_store->warn("another");
        QVERIFY(m_store->commit());
        QCOMPARE(warnings(), QStringList("another"));
        QVERIFY(start());
        QCOMPARE(warnings(), QStringList());
        QCOMPARE(m_store->state()->vms().size(), qsizetype(3));
    }
};

QTEST_GUILESS_MAIN(StateStoreTest)
#include "StateStoreTest.moc"
