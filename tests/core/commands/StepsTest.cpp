// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include "commands/Steps.h"
#include "events/EventBus.h"
#include "log/Log.h"
#include "state/StateStore.h"

using namespace ghost;

class StepsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    std::unique_ptr<Log> m_log;
    EventBus m_events;
    std::unique_ptr<StateStore> m_store;
    OperationId m_operation;
    QStringList m_done;

    Steps::Action doing(const QString &what, Result<void> result = {})
    {
        return [this, what, result](Call &) {
            m_done << what;
            return result;
        };
    }
    /// The steps of the operation as they stand on the disk.
    QStringList written() const
    {
        const auto saved = VmStore(file()).load();
        for (const JournalEntry &entry : saved->state.journal)
            if (entry.operation.id() == m_operation)
                return entry.steps;
        return {};
    }
    QString file() const { return m_root.filePath(QString("%1.json").arg(QTest::currentTestFunction())); }
    static Call::Clock::time_point later() { return Call::Clock::now() + std::chrono::minutes(1); }

private Q_SLOTS:
    void init()
    {
        m_log = std::move(*Log::open({LogLevel::Debug, m_root.filePath("log")}));
        m_store = std::make_unique<StateStore>(file(), m_events, *m_log);
        QVERIFY(m_store->load());
        JournalEntry entry;
        m_operation = OperationId::create();
        entry.operation.setId(m_operation);
        entry.command.setName("CreateVM");
        m_store->putJournal(entry);
        m_done.clear();
    }

    void aStepIsWrittenBeforeItIsDone()
    {
        Call call(m_operation, later());
        Steps steps(*m_store, *m_log, call, Steps::Mode::Forward);
        QStringList seen;
        QVERIFY(steps.run("one", [&](Call &) -> Result<void> {
            seen = written();
            return {};
        }));
        QCOMPARE(seen, QStringList({"one"}));
        QVERIFY(steps.run("two", doing("two")));
        QCOMPARE(written(), QStringList({"one", "two"}));
        QCOMPARE(m_store->state()->operation(m_operation)->step(), QString("two"));
    }

    void undosRunFromTheLastToTheFirst()
    {
        Call call(m_operation, later());
        Steps steps(*m_store, *m_log, call, Steps::Mode::Forward);
        QVERIFY(steps.run("one", doing("one"), doing("undo one")));
        QVERIFY(steps.run("two", doing("two")));
        QVERIFY(!steps.run("three", doing("three", Error(Code::Internal, "no")), doing("undo three")));
        QVERIFY(steps.undoAll());
        QCOMPARE(m_done, QStringList({"one", "two", "three", "undo three", "undo one"}));
        QVERIFY(steps.undoAll()); // once
        QCOMPARE(m_done.size(), qsizetype(5));
    }

    void anUndoThatFailsDoesNotKeepTheOthersFromRunning()
    {
        Call call(m_operation, later());
        Steps steps(*m_store, *m_log, call, Steps::Mode::Forward);
        QVERIFY(steps.run("one", doing("one"), doing("undo one")));
        QVERIFY(steps.run("two", doing("two"), doing("undo two", Error(Code::Unavailable, "no"))));
        QVERIFY(steps.run("three", doing("three"), [](Call &) -> Result<void> { throw std::runtime_error("bad"); }));
        QVERIFY(!steps.undoAll());
        QCOMPARE(m_done.last(2), QStringList({"undo two", "undo one"}));
    }

    void undosCannotBeCancelledAndHaveTimeOfTheirOwn()
    {
        const auto cancellation = std::make_shared<Cancellation>();
        Call call(m_operation, later(), cancellation);
        Steps steps(*m_store, *m_log, call, Steps::Mode::Forward);
        bool isFree = false;
        QVERIFY(steps.run("one", doing("one"), [&](Call &undo) -> Result<void> {
            isFree = undo.check() && undo.cancelFd() < 0 && undo.operation() == m_operation;
            return {};
        }));
        cancellation->cancel();
        QVERIFY(steps.undoAll());
        QVERIFY(isFree);
    }

    void aCancelledOperationBeginsNoStep()
    {
        const auto cancellation = std::make_shared<Cancellation>();
        Call call(m_operation, later(), cancellation);
        Steps steps(*m_store, *m_log, call, Steps::Mode::Forward);
        cancellation->cancel();
        QCOMPARE(steps.run("one", doing("one"), doing("undo one")).error().code(), Code::Cancelled);
        QVERIFY(steps.undoAll());
        QCOMPARE(m_done, QStringList());
    }

    void aLateOperationBeginsNoStep()
    {
        Call call(m_operation, Call::Clock::now());
        Steps steps(*m_store, *m_log, call, Steps::Mode::Forward);
        QCOMPARE(steps.run("one", doing("one")).error().code(), Code::DeadlineExceeded);
        QCOMPARE(m_done, QStringList());
    }

    void aStepThatCannotBeWrittenIsNotDone()
    {
        Call call(m_operation, later());
        StateStore lost(m_root.filePath("no/such/folder/vms.json"), m_events, *m_log);
        JournalEntry entry;
        entry.operation.setId(m_operation);
        lost.putJournal(entry);
        Steps steps(lost, *m_log, call, Steps::Mode::Forward);
        QVERIFY(!steps.run("one", doing("one"), doing("undo one")));
        QVERIFY(steps.undoAll());
        QCOMPARE(m_done, QStringList());
    }

    void afterAKillOnlyBegunStepsAreUndone()
    {
        Call call(m_operation, later());
        Steps steps(*m_store, *m_log, call, Steps::Mode::UndoOnly, {"one", "two"});
        for (const char *name : {"one", "two", "three"})
            QVERIFY(steps.run(name, doing(name), doing(QString("undo %1").arg(name))));
        QVERIFY(steps.undoAll());
        QCOMPARE(m_done, QStringList({"undo two", "undo one"}));
    }
};

QTEST_GUILESS_MAIN(StepsTest)
#include "StepsTest.moc"
