// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

#include "LocalChanges.h"
#include "Outbox.h"

using namespace ghost;
using namespace ghost::uplink;

namespace {

Report report(Report::Kind kind, const char *vm)
{
    return {0, kind, QString::fromLatin1(vm), QString::fromLatin1(vm), "value", {}, 1};
}

} // namespace

class OutboxTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Database> m_database;

    void openDatabase()
    {
        m_database.reset();
        m_database = std::make_unique<Database>(m_folder->filePath("uplink.sqlite"));
        QVERIFY(m_database->open());
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        openDatabase();
    }

    void numbersTheFirstOnlyWhenItsTurnComes()
    {
        Outbox outbox(*m_database, 10);
        QVERIFY(outbox.add(report(Report::Kind::Created, "a")));
        QVERIFY(outbox.add(report(Report::Kind::Changed, "a")));
        QCOMPARE(*outbox.lastSequence(), quint64(0));
        QCOMPARE((*outbox.next())->sequence, quint64(1));
        QCOMPARE((*outbox.next())->sequence, quint64(1));
        openDatabase();
        Outbox later(*m_database, 10);
        QCOMPARE((*later.next())->sequence, quint64(1));
        QVERIFY(later.acknowledge(1));
        QCOMPARE((*later.next())->sequence, quint64(2));
        QVERIFY(later.acknowledge(2));
        QVERIFY(!*later.next());
        QCOMPARE(*later.lastSequence(), quint64(2));
    }

    void keepsAllFieldsOfAReport()
    {
        Outbox outbox(*m_database, 10);
        const Report told{0, Report::Kind::Deleted, "id", "näme", QByteArray(), "operation", 1'700'000'000'123};
        QVERIFY(outbox.add(told));
        const auto read = **outbox.next();
        QCOMPARE(read.kind, told.kind);
        QCOMPARE(read.vm, told.vm);
        QCOMPARE(read.name, told.name);
        QCOMPARE(read.value, QByteArray(""));
        QCOMPARE(read.operation, told.operation);
        QCOMPARE(read.timeMs, told.timeMs);
    }

    void dropsTheOldestSupersededStateOnly()
    {
        Outbox outbox(*m_database, 4);
        for (const auto &one : {report(Report::Kind::Created, "a"), report(Report::Kind::Changed, "b"),
                                report(Report::Kind::Changed, "a"), report(Report::Kind::Deleted, "a")})
            QVERIFY(outbox.add(one));
        QVERIFY(*outbox.makeRoom());
        QCOMPARE(*outbox.count(), 3);
        QVERIFY(outbox.add(report(Report::Kind::Created, "c")));
        QVERIFY(!*outbox.makeRoom());
        QStringList left;
        while (const auto next = *outbox.next()) {
            left.append(QString::number(next->sequence) + next->vm);
            QVERIFY(outbox.acknowledge(next->sequence));
        }
        QCOMPARE(left, QStringList({"1a", "2b", "3a", "4c"}));
    }

    void neverDropsWhatIsOnItsWay()
    {
        Outbox outbox(*m_database, 2);
        QVERIFY(outbox.add(report(Report::Kind::Changed, "a")));
        QVERIFY(outbox.add(report(Report::Kind::Changed, "a")));
        QVERIFY(*outbox.next());
        QVERIFY(!*outbox.makeRoom());
    }

    void goesOnAfterWhatTheCloudHas()
    {
        Outbox outbox(*m_database, 10);
        QVERIFY(outbox.add(report(Report::Kind::Created, "a")));
        QVERIFY(outbox.add(report(Report::Kind::Created, "b")));
        QCOMPARE((*outbox.next())->vm, "a");
        QVERIFY(outbox.continueAfter(7));
        QCOMPARE((*outbox.next())->vm, "b"); // the other one was heard, its answer was not
        QCOMPARE((*outbox.next())->sequence, quint64(8));
        QVERIFY(outbox.continueAfter(2));
        QCOMPARE((*outbox.next())->sequence, quint64(8));
    }

    void knowsLocalChangesByTheNumberOfTheirReport()
    {
        Outbox outbox(*m_database, 2);
        LocalChanges changes(*m_database);
        const auto first = outbox.add(report(Report::Kind::Changed, "a"));
        QVERIFY(changes.note("a", *first));
        QVERIFY(*changes.isNewerThan(1'000, "a")); // nobody can know of it yet
        QVERIFY(!*changes.isNewerThan(0, "b"));
        QVERIFY(outbox.add(report(Report::Kind::Changed, "a")));
        QVERIFY(*outbox.makeRoom()); // the first gives way, its successor tells of it
        QVERIFY(*changes.isNewerThan(1'000, "a"));
        QCOMPARE((*outbox.next())->sequence, quint64(1));
        QVERIFY(*changes.isNewerThan(0, "a"));
        QVERIFY(!*changes.isNewerThan(1, "a"));
        QVERIFY(changes.forget("a"));
        QVERIFY(!*changes.isNewerThan(0, "a"));
    }

    void takesBackWhatDoesNotSucceed()
    {
        Outbox outbox(*m_database, 10);
        const auto done = m_database->transact([&]() -> Result<void> {
            if (auto added = outbox.add(report(Report::Kind::Created, "a")); !added)
                return added.error();
            return Error(Code::Internal, QStringLiteral("no"));
        });
        QVERIFY(!done);
        QCOMPARE(*outbox.count(), 0);
    }

    void isNotDamagedByAQuestionThatDoesNotFit()
    {
        QVERIFY(!m_database->run("SELECT nothing FROM nowhere"));
        QVERIFY(!m_database->transact([this] { return m_database->run("BEGIN"); }));
        QVERIFY(!m_database->isDamaged());
    }

    void knowsWhatIsNoDatabaseOfOurs()
    {
        m_database.reset();
        Database foreign(m_folder->filePath("foreign.sqlite"));
        QVERIFY(foreign.open());
        QVERIFY(foreign.run("DROP TABLE outbox"));
        QVERIFY(foreign.run("CREATE TABLE outbox (row INTEGER, vm TEXT)"));
        Database again(m_folder->filePath("foreign.sqlite"));
        QVERIFY(!again.open());
        QVERIFY(again.isDamaged());
        QVERIFY(again.moveAside());
        QVERIFY(again.open());
    }
};

QTEST_GUILESS_MAIN(OutboxTest)
#include "OutboxTest.moc"
