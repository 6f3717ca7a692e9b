// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtSql/QSqlError>
#include <QtSql/QSqlQuery>
#include <sys/mount.h>

#include "UplinkFixture.h"

using namespace ghost;
using namespace std::chrono_literals;
using Rpc = FakeCore::Rpc;
using Lines = std::vector<std::string>;

namespace {

/// A tmpfs over a folder for as long as it lives.
class SmallDisk
{
public:
    explicit SmallDisk(const QString &folder)
        : m_folder(QFile::encodeName(folder))
        , m_isMounted(::mount("tmpfs", m_folder.constData(), "tmpfs", 0, "size=512k") == 0)
    {}
    ~SmallDisk()
    {
        if (m_isMounted)
            ::umount2(m_folder.constData(), MNT_DETACH);
    }
    Q_DISABLE_COPY_MOVE(SmallDisk)
    bool isMounted() const { return m_isMounted; }

private:
    const QByteArray m_folder;
    const bool m_isMounted;
};

} // namespace

class UplinkReportsTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<UplinkFixture> m_link;

    const Principal m_owner{Principal::Kind::LocalUser, QStringLiteral("1000")};

    bool isOutboxEmpty() const { return m_link->status("outbox_reports").toInteger() == 0; }
    /// Numbers from 1, each in its turn, whatever was repeated.
    static bool isGapless(const Lines &reports)
    {
        int expected = 0;
        for (const std::string &report : once(reports))
            if (std::stoi(report) != ++expected)
                return false;
        return true;
    }

private Q_SLOTS:
    void init() { m_link = std::make_unique<UplinkFixture>(); }
    void cleanup() { m_link.reset(); }

    void tellsWhatHappenedInItsOrder()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        const Vm vm = m_link->agent.makeVm("web", VmState::Starting);
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->agent.setVmState(vm.id(), VmState::Running);
        EVENTUALLY(m_link->core.reports().size() == 2);
        m_link->agent.removeVm(vm.id());
        EVENTUALLY(m_link->core.reports().size() == 3);
        QCOMPARE(m_link->core.reports(), Lines({"1 created web starting", "2 changed web running", "3 deleted web"}));
        EVENTUALLY(isOutboxEmpty());
        QCOMPARE(m_link->core.headers().front().identity().agent_id(), std::string("agent-1"));
        QVERIFY(m_link->core.headers().front().time().seconds() > 1'700'000'000);
    }

    void namesTheOperationThatDidIt()
    {
        m_link->start();
        const Vm vm = m_link->agent.makeVm("web");
        EVENTUALLY(m_link->core.reports().size() == 1);
        const OperationId operation = m_link->agent.begin(vm.id(), m_owner);
        m_link->agent.setVmState(vm.id(), VmState::Stopped);
        EVENTUALLY(m_link->core.reports().size() == 2);
        m_link->agent.end(operation);
        m_link->agent.makeVm("other"); // so that the end has been seen
        EVENTUALLY(m_link->core.reports().size() == 3);
        m_link->agent.setVmState(vm.id(), VmState::Running); // by itself
        EVENTUALLY(m_link->core.reports().size() == 4);
        const auto headers = m_link->core.headers();
        QCOMPARE(headers[0].operation_id(), std::string());
        QCOMPARE(headers[1].operation_id(), operation.toString().toStdString());
        QCOMPARE(headers[3].operation_id(), std::string());
    }

    void tellsNothingTwiceOfWhatStaysAsItIs()
    {
        m_link->agent.makeVm("web");
        m_link->start();
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->stop();
        m_link->start();
        m_link->agent.publish("resync");
        m_link->agent.makeVm("last");
        EVENTUALLY(m_link->core.reports().size() == 2);
        QCOMPARE(m_link->core.reports().back(), std::string("2 created last running"));
    }

    void bringsWhatHappenedDuringAnOutageAndAKill()
    {
        m_link->start();
        const Vm vm = m_link->agent.makeVm("web", VmState::Starting);
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->core.stop();
        m_link->agent.setVmState(vm.id(), VmState::Running);
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 1);
        m_link->agent.makeVm("db");
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 2);
        m_link->kill();
        m_link->agent.removeVm(vm.id()); // while nobody looked
        m_link->start();
        m_link->core.start();
        EVENTUALLY(m_link->core.reports().size() == 4);
        QCOMPARE(m_link->core.reports(),
                 Lines({"1 created web starting", "2 changed web running", "3 created db running", "4 deleted web"}));
    }

    void repeatsUntilItIsHeardAndNumbersStay()
    {
        m_link->core.loseAnswers(Rpc::Report, 5);
        m_link->start();
        m_link->agent.makeVm("one");
        m_link->agent.makeVm("two");
        EVENTUALLY(once(m_link->core.reports()).size() == 2);
        EVENTUALLY(isOutboxEmpty());
        QVERIFY(m_link->core.reports().size() >= 7);
        QVERIFY(isGapless(m_link->core.reports()));
    }

    void keepsTheNumberOfAReportOverAKill()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.hang(Rpc::Report);
        m_link->agent.makeVm("web");
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 1);
        m_link->kill(); // sent, perhaps taken
        m_link->core.release();
        m_link->agent.makeVm("db");
        m_link->start();
        EVENTUALLY(once(m_link->core.reports()).size() == 2);
        QVERIFY(isGapless(m_link->core.reports()));
        QCOMPARE(m_link->core.reports().back(), std::string("2 created db running"));
    }

    void goesOnAfterWhatTheCloudHas()
    {
        m_link->core.setLastSequence(41);
        m_link->start();
        m_link->agent.makeVm("web");
        EVENTUALLY(m_link->core.reports().size() == 1);
        QCOMPARE(m_link->core.reports().front(), std::string("42 created web running"));
        EVENTUALLY(!m_link->core.beats().empty() && m_link->core.beats().back().state_generation() == 42);
    }

    void neverSaysALowerGeneration()
    {
        m_link->start();
        m_link->agent.makeVm("web");
        EVENTUALLY(!m_link->core.beats().empty() && m_link->core.beats().back().state_generation() == 1);
        m_link->kill();
        m_link->core.setLastSequence(0); // a cloud that has lost everything
        const auto before = m_link->core.beats().size();
        m_link->start();
        EVENTUALLY(m_link->core.beats().size() > before);
        QCOMPARE(m_link->core.beats().back().state_generation(), quint64(1));
        m_link->agent.makeVm("db");
        EVENTUALLY(m_link->core.reports().size() == 2);
        QCOMPARE(m_link->core.reports().back(), std::string("2 created db running"));
    }

    void letsOldStatesGoWhenItIsFull()
    {
        m_link->options.outboxLimit = 4;
        m_link->core.stop();
        m_link->start();
        const Vm web = m_link->agent.makeVm("web", VmState::Starting);
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 1);
        const Vm db = m_link->agent.makeVm("db", VmState::Starting);
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 2);
        for (int i = 3; i < 20; ++i) { // far more than there is room for
            m_link->agent.setVmState(web.id(), i % 2 ? VmState::Running : VmState::Paused);
            EVENTUALLY(m_link->status("outbox_reports").toInteger() == std::min(i, 4));
        }
        m_link->agent.setVmState(web.id(), VmState::Stopped);
        m_link->agent.removeVm(db.id());
        m_link->core.start();
        const auto isThere = [this](const char *what) {
            const Lines all = m_link->core.reports();
            return std::any_of(all.begin(), all.end(), [&](const std::string &one) { return one.ends_with(what); });
        };
        EVENTUALLY(isThere("deleted db") && isThere("changed web stopped"));
        EVENTUALLY(isOutboxEmpty());
        const Lines reports = once(m_link->core.reports());
        QVERIFY(isGapless(reports));
        QCOMPARE(reports[0], std::string("1 created web starting"));
        QCOMPARE(reports[1], std::string("2 created db starting"));
        const auto last = std::find_if(reports.rbegin(), reports.rend(), [](const std::string &report) {
            return report.find("changed web") != std::string::npos;
        });
        QVERIFY(last != reports.rend() && last->ends_with("stopped"));
    }

    void waitsForRoomWhereNothingMayGo()
    {
        m_link->options.outboxLimit = 2;
        m_link->core.stop();
        m_link->start();
        for (const char *name : {"one", "two", "three", "four"})
            m_link->agent.makeVm(name);
        EVENTUALLY(m_link->context.health().status() == Health::Status::Degraded);
        QCOMPARE(m_link->status("outbox_reports").toInteger(), 2);
        m_link->core.start();
        EVENTUALLY(m_link->core.reports().size() == 4);
        QVERIFY(isGapless(m_link->core.reports()));
        EVENTUALLY(m_link->context.health().status() == Health::Status::Ready);
    }

    void beginsAnewWithADamagedDatabase()
    {
        m_link->agent.makeVm("web");
        m_link->start();
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->kill();
        QFile file(m_link->databaseFile());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(8192, 'x'));
        file.close();
        QFile::remove(m_link->databaseFile() + "-wal");

        m_link->start();
        QCOMPARE(m_link->context.health().status(), Health::Status::Degraded);
        QVERIFY(m_link->context.logText().contains("moved to"));
        QCOMPARE(QDir(m_link->context.folder(Folder::Data)).entryList({"*.bad-*"}).size(), 1);
        EVENTUALLY(m_link->core.reports().size() == 2);
        QCOMPARE(m_link->core.reports().back(), std::string("2 created web running")); // not "1" once more
        QCOMPARE(m_link->core.registrations().back().identity().agent_id(), std::string("agent-1"));
    }

    void losesNothingWhenTheDiskIsFull()
    {
        const QString folder = m_link->context.folder(Folder::Data);
        const SmallDisk disk(folder);
        if (!disk.isMounted())
            QSKIP("mounting a small tmpfs needs root");
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        {
            QFile filler(folder + "/filler");
            QVERIFY(filler.open(QIODevice::WriteOnly | QIODevice::Unbuffered));
            while (filler.write(QByteArray(4096, 'x')) > 0) {
            }
            for (int i = 0; i < 20; ++i) // what SQLite has reserved is soon used up
                m_link->agent.makeVm(QString::number(i));
            EVENTUALLY(m_link->context.health().status() == Health::Status::Degraded);
            QVERIFY(m_link->context.health().reason().contains("uplink.sqlite"));
            QVERIFY(!m_link->uplink().setPaused(true)); // said, not only remembered
            const auto beats = m_link->core.beats().size();
            EVENTUALLY(m_link->core.beats().size() > beats);
            QVERIFY(filler.remove());
        }
        EVENTUALLY(once(m_link->core.reports()).size() == 20);
        QVERIFY(isGapless(m_link->core.reports()));
        EVENTUALLY(m_link->context.health().status() == Health::Status::Ready);
        QVERIFY(QDir(folder).entryList({"*.bad-*"}).isEmpty()); // full is not damaged
        m_link->kill();
    }

    void waitsForAFileThatAnotherHolds()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        {
            QSqlDatabase other = QSqlDatabase::addDatabase("QSQLITE", "other");
            other.setDatabaseName(m_link->databaseFile());
            QVERIFY(other.open());
            QVERIFY(!other.exec("BEGIN IMMEDIATE").lastError().isValid());
            m_link->agent.makeVm("web");
            EVENTUALLY(m_link->context.health().status() == Health::Status::Degraded);
            QVERIFY(m_link->context.health().reason().contains("uplink.sqlite"));
            QVERIFY(!other.exec("ROLLBACK").lastError().isValid());
        }
        QSqlDatabase::removeDatabase("other");
        EVENTUALLY(m_link->core.reports().size() == 1);
        EVENTUALLY(m_link->context.health().status() == Health::Status::Ready);
    }

    void keepsAReportThatTheCloudCannotTakeNow()
    {
        m_link->core.fail(Rpc::Report, [] { return grpc::Status(grpc::StatusCode::INTERNAL, "no"); });
        m_link->start();
        m_link->agent.makeVm("web");
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 1);
        EVENTUALLY(m_link->core.beats().size() >= 2); // the rest goes on
        m_link->core.fail(Rpc::Report, {});
        EVENTUALLY(m_link->core.reports().size() == 1);
        QVERIFY(m_link->status("notice").toString().isEmpty());
    }

    void givesUpAReportThatTheCloudRefusesForGood()
    {
        std::atomic<int> left = 1;
        m_link->core.fail(Rpc::Report, [&left] {
            return left-- > 0 ? grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "too big") : grpc::Status::OK;
        });
        m_link->start();
        m_link->agent.makeVm("web");
        EVENTUALLY(left.load() == 0 && isOutboxEmpty());
        m_link->agent.makeVm("db");
        EVENTUALLY(m_link->core.reports().size() == 1);
        QCOMPARE(m_link->core.reports().front(), std::string("2 created db running"));
        EVENTUALLY(m_link->core.beats().back().state_generation() == 2);
        const QString notice = m_link->status("notice").toString();
        QVERIFY2(notice.contains("1 ") && notice.contains("created web") && notice.contains("too big"),
                 qPrintable(notice));
        QCOMPARE(m_link->context.logText().count("too big"), 1);
        m_link->core.fail(Rpc::Report, {});
    }

    void losesOneReportAtATimeToACloudThatRefusesEverything()
    {
        m_link->options.patience.firstRetry = m_link->options.patience.longestRetry = 1h;
        m_link->core.setNextSeconds(3600);
        m_link->core.fail(Rpc::Report, [] { return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no"); });
        for (const char *name : {"one", "two", "three"})
            m_link->agent.makeVm(name);
        m_link->start();
        EVENTUALLY(m_link->status("notice").toString().contains("created one"));
        QVERIFY(m_link->uplink().setPaused(true)); // a beat, and its answer
        EVENTUALLY(m_link->status("notice").toString().contains("created two"));
        QCOMPARE(m_link->status("outbox_reports").toInteger(), 1);
    }
};

QTEST_GUILESS_MAIN(UplinkReportsTest)
#include "UplinkReportsTest.moc"
