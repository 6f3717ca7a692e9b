// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <future>
#include <thread>
#include <vector>

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtSql/QSqlDatabase>
#include <QtSql/QSqlQuery>
#include <QtTest/QtTest>

#include "Clock.h"
#include "log/Log.h"
#include "state/OperationArchive.h"

using namespace ghost;

namespace {

Operation operation(qint64 createdAtMs, VmId vm = {})
{
    Operation operation;
    operation.setId(OperationId::create());
    operation.setCommand("CreateVM");
    operation.setPrincipal(Principal(Principal::Kind::LocalUser, "1000"));
    operation.setRequestId("request-" + QString::number(createdAtMs));
    operation.setVm(vm);
    operation.setSubject("my-vm");
    operation.setStatus(Operation::Status::Failed);
    operation.setError(Error(Code::NotFound, "no such image").withField("image"));
    operation.setNotes({"a note"});
    operation.setCreatedAtMs(createdAtMs);
    operation.setStartedAtMs(createdAtMs + 1);
    operation.setEndedAtMs(createdAtMs + 2);
    return operation;
}

Result<Operation> find(OperationArchive &archive, OperationId id)
{
    std::promise<Result<Operation>> promise;
    archive.find(id, [&](Result<Operation> found) { promise.set_value(std::move(found)); });
    return promise.get_future().get();
}

QList<Operation> list(OperationArchive &archive, VmId vm = {}, int limit = 100)
{
    std::promise<QList<Operation>> promise;
    archive.list(vm, limit, [&](QList<Operation> found) { promise.set_value(std::move(found)); });
    return promise.get_future().get();
}

} // namespace

class OperationArchiveTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_root;
    QString m_folder;
    QString m_file;
    std::unique_ptr<Log> m_log;

    std::unique_ptr<OperationArchive> open(int keepDays = 30)
    {
        return OperationArchive::open(m_file, keepDays, *m_log).value();
    }
    QByteArray logged() const
    {
        QFile file(m_folder + "/agent.log");
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void overwrite(const QByteArray &content) const
    {
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate) && file.write(content) == content.size());
    }

private Q_SLOTS:
    void init()
    {
        m_folder = m_root.filePath(QString("%1-%2").arg(QTest::currentTestFunction(), QTest::currentDataTag()));
        QVERIFY(QDir().mkpath(m_folder));
        m_file = m_folder + "/operations.db";
        LogOptions options;
        options.file = m_folder + "/agent.log";
        m_log = Log::open(options).value();
    }

    void findsWhatWasRecordedAsItWas()
    {
        const auto archive = open();
        const Operation recorded = operation(nowMs(), VmId::create());
        archive->record(recorded);
        const auto found = find(*archive, recorded.id());
        QVERIFY(found.has_value());
        QVERIFY(*found == recorded);
        QVERIFY(!find(*archive, OperationId::create()).has_value());
    }

    void keepsItOverARestart()
    {
        const Operation recorded = operation(nowMs());
        open()->record(recorded);
        QVERIFY(find(*open(), recorded.id()).has_value());
        QVERIFY(logged().isEmpty());
        QCOMPARE(QFile::permissions(m_file) & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                 QFileDevice::Permissions());
    }

    void tellsWhatIsOnDisk()
    {
        const auto archive = open();
        QList<Operation> told;
        archive->onWritten([&](const QList<Operation> &operations) { told += operations; });
        const Operation first = operation(nowMs());
        const Operation second = operation(nowMs());
        archive->record(first);
        archive->record(second);
        archive->flush();
        QCOMPARE(told, QList<Operation>({first, second}));
    }

    void listsNewestFirst()
    {
        const auto archive = open();
        const qint64 now = nowMs();
        const VmId vm = VmId::create();
        const Operation second = operation(now - 2000, vm);
        const Operation first = operation(now - 3000, vm);
        const Operation other = operation(now - 1000, VmId::create());
        const Operation sameTime = operation(now - 2000, vm);
        for (const Operation &each : {second, first, other, sameTime})
            archive->record(each);
        QCOMPARE(list(*archive), QList<Operation>({other, sameTime, second, first}));
        QCOMPARE(list(*archive, {}, 2), QList<Operation>({other, sameTime}));
        QCOMPARE(list(*archive, vm), QList<Operation>({sameTime, second, first}));
        QCOMPARE(list(*archive, VmId::create()), QList<Operation>());
        QCOMPARE(list(*archive, {}, 0), QList<Operation>());
        QCOMPARE(list(*archive, {}, -1), QList<Operation>());
    }

    void whatCannotBeReadIsNotCalledAbsent()
    {
        const auto archive = open();
        const Operation before = operation(nowMs());
        archive->record(before);
        QVERIFY(archive->flush());
        {
            QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", "aside");
            other.setDatabaseName(m_file);
            QVERIFY(other.open());
            QVERIFY(QSqlQuery(other).exec("ALTER TABLE operations RENAME TO away"));
            const Operation during = operation(nowMs());
            archive->record(during);
            QCOMPARE(find(*archive, before.id()).error().code(), Code::Unavailable);
            QCOMPARE(archive->holds(before.id(), std::chrono::seconds(60)).error().code(), Code::Unavailable);
            QCOMPARE(find(*archive, during.id()).value_or(Operation()), during); // it waits to be written
            QVERIFY(QSqlQuery(other).exec("ALTER TABLE away RENAME TO operations"));
        }
        QSqlDatabase::removeDatabase("aside");
        QVERIFY(find(*archive, before.id()).has_value());
        QCOMPARE(find(*archive, OperationId::create()).error().code(), Code::NotFound);
    }

    void recordingAgainReplaces()
    {
        const auto archive = open();
        Operation recorded = operation(nowMs());
        archive->record(recorded);
        recorded.setStatus(Operation::Status::Succeeded);
        archive->record(recorded);
        QCOMPARE(list(*archive), QList<Operation>({recorded}));
    }

    void forgetsWhatIsTooOld()
    {
        constexpr qint64 day = 24LL * 3600 * 1000;
        const Operation old = operation(nowMs() - 31 * day);
        const Operation young = operation(nowMs() - 29 * day);
        {
            const auto archive = open(365);
            archive->record(old);
            archive->record(young);
        }
        QCOMPARE(list(*open(30)), QList<Operation>({young}));
    }

    void aDamagedFileIsMovedAside_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("no database") << QByteArray("this is not a database, it is a long enough text ").repeated(100);
        QTest::newRow("damaged header") << QByteArray("SQLite format 3\0", 16) + QByteArray(4096, '\xff');
        QTest::newRow("truncated") << QByteArray("SQLite format 3\0", 16);
    }
    void aDamagedFileIsMovedAside()
    {
        QFETCH(QByteArray, content);
        overwrite(content);
        const auto archive = open();
        const Operation recorded = operation(nowMs());
        archive->record(recorded);
        QVERIFY(find(*archive, recorded.id()).has_value());
        const QStringList aside = QDir(m_folder).entryList({"operations.db.bad-*"}, QDir::Files);
        QCOMPARE(aside.size(), 1);
        QFile kept(m_folder + '/' + aside.first());
        QVERIFY(kept.open(QIODevice::ReadOnly));
        QCOMPARE(kept.readAll(), content);
        QVERIFY2(logged().contains("the history of operations begins anew"), logged().constData());
    }

    void aDamageThatShowsLaterIsMovedAsideThen()
    {
        {
            const auto archive = open();
            for (int i = 0; i < 500; ++i)
                archive->record(operation(nowMs()));
        }
        QFile file(m_file);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const qint64 size = file.size();
        QVERIFY(size > 100'000 && file.seek(8LL * 4096)); // the header and the schema stay
        QVERIFY(file.write(QByteArray(int(size - 8LL * 4096), '\xff')) > 0);
        file.close();

        const auto archive = open();
        list(*archive, {}, 1000);
        const Operation recorded = operation(nowMs());
        archive->record(recorded);
        archive->record(operation(nowMs()));
        archive->flush();
        QVERIFY(find(*archive, recorded.id()).has_value());
        QCOMPARE(QDir(m_folder).entryList({"operations.db.bad-????????T*Z"}, QDir::Files).size(), 1);
    }

    void anotherProgramsDatabaseIsMovedAside_data()
    {
        QTest::addColumn<QString>("statement");
        QTest::newRow("newer version") << "PRAGMA user_version = 99";
        QTest::newRow("other table") << "CREATE TABLE operations (name TEXT)";
    }
    void anotherProgramsDatabaseIsMovedAside()
    {
        QFETCH(QString, statement);
        {
            QSqlDatabase database = QSqlDatabase::addDatabase("QSQLITE", "other");
            database.setDatabaseName(m_file);
            QVERIFY(database.open());
            QVERIFY(QSqlQuery(database).exec(statement));
        }
        QSqlDatabase::removeDatabase("other");
        const auto archive = open();
        const Operation recorded = operation(nowMs());
        archive->record(recorded);
        QVERIFY(find(*archive, recorded.id()).has_value());
        QCOMPARE(QDir(m_folder).entryList({"operations.db.bad-*"}, QDir::Files).size(), 1);
    }

    void saysWhyItCannotOpen()
    {
        m_file = m_folder + "/none/operations.db";
        const auto archive = OperationArchive::open(m_file, 30, *m_log);
        QVERIFY(!archive);
        QVERIFY2(archive.error().message().contains("none/operations.db"), qPrintable(archive.error().message()));
    }

    void answersWhileManyRecord()
    {
        constexpr int threads = 4;
        constexpr int each = 200;
        const auto archive = open();
        std::atomic<int> answers = 0;
        {
            std::vector<std::jthread> recorders;
            for (int t = 0; t < threads; ++t)
                recorders.emplace_back([&] {
                    for (int i = 0; i < each; ++i) {
                        const Operation recorded = operation(nowMs());
                        archive->record(recorded);
                        if (i % 20 == 0)
                            archive->find(recorded.id(),
                                          [&](const Result<Operation> &found) { answers += found.has_value(); });
                    }
                });
        }
        archive->flush();
        QCOMPARE(answers.load(), threads * each / 20);
        QCOMPARE(list(*archive, {}, 10'000).size(), threads * each);
    }

    void dropsTheOldestWhenItCannotKeepUpAndSaysSo()
    {
        const auto archive = open();
        std::promise<void> entered;
        std::promise<void> release;
        archive->list({}, 1, [&](const QList<Operation> &) { // holds the thread
            entered.set_value();
            release.get_future().wait();
        });
        entered.get_future().wait();
        std::vector<Operation> recorded;
        for (int i = 0; i < 4100; ++i) {
            recorded.push_back(operation(nowMs()));
            archive->record(recorded.back());
        }
        release.set_value();
        archive->flush();
        QVERIFY(!find(*archive, recorded[3].id()).has_value());
        QVERIFY(find(*archive, recorded[4].id()).has_value());
        QVERIFY(find(*archive, recorded.back().id()).has_value());
        QVERIFY(logged().contains("4 ended operations are missing from the history"));
    }

    void saysWhetherItHoldsOneAndWaitsNoLongerThanAsked()
    {
        const auto archive = open();
        const Operation recorded = operation(nowMs());
        archive->record(recorded);
        QVERIFY(archive->holds(recorded.id(), std::chrono::seconds(20)).value_or(false));
        QVERIFY(!archive->holds(OperationId::create(), std::chrono::seconds(20)).value_or(true));
        std::promise<void> release;
        archive->list({}, 1, [&](const QList<Operation> &) { release.get_future().wait(); }); // holds the thread
        QCOMPARE(archive->holds(recorded.id(), std::chrono::milliseconds(10)).error().code(), Code::Unavailable);
        release.set_value();
        archive->flush();
    }

    void aCallbackThatThrowsHarmsNobody()
    {
        const auto archive = open();
        archive->list({}, 1, [](const QList<Operation> &) { throw std::runtime_error("oops"); });
        archive->list({}, 1, [](const QList<Operation> &) { throw 7; });
        const Operation recorded = operation(nowMs());
        archive->record(recorded);
        QVERIFY(find(*archive, recorded.id()).has_value());
        QVERIFY(logged().contains("a callback threw: oops"));
        QVERIFY(logged().contains("a callback threw: something that is no exception"));
    }
};

QTEST_GUILESS_MAIN(OperationArchiveTest)
#include "OperationArchiveTest.moc"
