// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QRandomGenerator>
#include <QtCore/QSet>
#include <QtCore/QUuid>
#include <QtTest/QTest>

#include "CloudAgent.h"
#include "CoreProcess.h"
#include "TeeProxy.h"
#include "TestCore.h"
#include "storage/History.h"

using namespace ghost::e2e;
using ghost::cloud::CoreProcess;
using ghost::cloud::TestOperator;
namespace v1 = ghost::cloud::v1;

namespace {

const QStringList coreOptions{"--interval", "1"};
/// What the owner runs beside the agent: no business of the cloud's.
const QByteArray ownersVm = "the-owners-own-vm";

int commandCount()
{
    return qEnvironmentVariableIsSet("GHOST_SWEEP_COMMANDS") ? qEnvironmentVariableIntValue("GHOST_SWEEP_COMMANDS")
                                                             : 30;
}

} // namespace

/// Commands while the link is cut at random, and agent and Core are killed at random. GHOST_SEED repeats a run.
class SweepTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void endsEachCommandOnceWhateverHappens();

private:
    bool giveTheOwnerAVm();
    void misfortune(int kind);
    v1::SubmitCommandRequest anyCommand(int number);
    std::string anyVm();
    void anyMisfortune(int number);
    bool isOver();
    QList<v1::HistoryEntry> wholeHistory();
    void checkCommands();
    void checkTraffic();

    QRandomGenerator m_random;
    QUuid m_ownersVm;
    std::unique_ptr<CoreProcess> m_core;
    std::unique_ptr<TeeProxy> m_link;
    std::unique_ptr<TestOperator> m_cloud;
    std::unique_ptr<AgentProcess> m_agent;
    int m_cuts = 0;
    int m_agentKills = 0;
    int m_coreKills = 0;
};

void SweepTest::initTestCase()
{
    const quint32 seed = qEnvironmentVariableIsSet("GHOST_SEED") ? qEnvironmentVariable("GHOST_SEED").toUInt()
                                                                 : QRandomGenerator::global()->generate();
    qInfo("GHOST_SEED=%u GHOST_SWEEP_COMMANDS=%d", seed, commandCount());
    m_random.seed(seed);
    m_core = std::make_unique<CoreProcess>();
    QVERIFY2(m_core->start(coreOptions), m_core->standardError().constData());
    m_cloud = std::make_unique<TestOperator>(ghost::cloud::ownChannel(m_core->place()));
    m_link = std::make_unique<TeeProxy>(m_core->place().section(':', 1).toUShort());
    m_agent = std::make_unique<AgentProcess>(cloudConfig(QString("127.0.0.1:%1").arg(m_link->port()), "home"));
    QVERIFY(giveTheOwnerAVm());
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    QVERIFY(waitUntil(seconds(20), [this] { return m_cloud->agents().size() == 1; }));
}

/// A VM that the driver shows and that is not the agent's: another agent made it.
bool SweepTest::giveTheOwnerAVm()
{
    AgentProcess other(fakeConfig());
    if (!other.start() || other.ctl().run("vm create --name " + ownersVm).exitCode != 0)
        return false;
    m_ownersVm = QUuid::fromString(other.ctl().vm(ownersVm)["id"].toString());
    if (m_ownersVm.isNull() || other.terminate() != 0)
        return false;
    const QString folder = "data/plugins/hypervisor-fake";
    QDir().mkpath(m_agent->path(folder));
    return QFile::copy(other.path(folder + "/fake-vms.json"), m_agent->path(folder + "/fake-vms.json"));
}

std::string SweepTest::anyVm()
{
    const quint32 dice =
        m_random.generate(); // thrown whatever the cloud knows by now: a seed gives one run of the dice
    auto vms = m_cloud->vms();
    if (vms.empty())
        return "11111111-2222-3333-4444-555555555555";
    std::ranges::sort(vms, {}, [](const v1::KnownVM &known) { return known.vm().name(); });
    return vms[dice % vms.size()].vm().id();
}

v1::SubmitCommandRequest SweepTest::anyCommand(int number)
{
    v1::SubmitCommandRequest request;
    request.set_agent("home");
    request.set_request_id("sweep-" + std::to_string(number));
    v1::Command &command = *request.mutable_command();
    // Some are too late for their agent.
    command.set_valid_milliseconds(m_random.bounded(10) == 0 ? 200 : 600'000);
    switch (m_random.bounded(7)) {
    case 0:
    case 1:
    case 2:
        command.mutable_create()->set_name("vm-" + std::to_string(number));
        break;
    case 3:
        command.mutable_start()->set_vm(anyVm());
        break;
    case 4:
        command.mutable_stop()->set_vm(anyVm());
        command.mutable_stop()->set_force(true);
        break;
    case 5:
        command.mutable_restart()->set_vm(anyVm());
        command.mutable_restart()->set_force(true);
        break;
    default:
        command.mutable_delete_()->set_vm(anyVm());
        command.mutable_delete_()->set_force(true);
    }
    return request;
}

/// What the dice say, and one of each kind whatever they say.
void SweepTest::anyMisfortune(int number)
{
    const int quarter = commandCount() / 4;
    misfortune(m_random.bounded(12));
    for (const int kind : {1, 2, 3})
        if (number == kind * quarter && !QTest::currentTestFailed())
            misfortune(kind);
}

void SweepTest::misfortune(int kind)
{
    switch (kind) {
    case 0:
    case 1:
        ++m_cuts;
        m_link->cut();
        QTest::qWait(m_random.bounded(20, 400));
        m_link->heal();
        break;
    case 2:
        ++m_agentKills;
        m_agent->killHard();
        QVERIFY2(m_agent->start(), m_agent->standardError().constData());
        break;
    case 3:
        ++m_coreKills;
        m_core->killHard();
        QVERIFY2(m_core->start(coreOptions), m_core->standardError().constData());
        break;
    case 4:
    case 5:
    case 6:
        QTest::qWait(m_random.bounded(1, 150));
        break;
    default:
        break;
    }
}

bool SweepTest::isOver()
{
    for (const v1::KnownCommand &known : m_cloud->commands())
        if (known.state() != v1::COMMAND_STATE_ENDED && known.state() != v1::COMMAND_STATE_EXPIRED)
            return false;
    return true;
}

void SweepTest::endsEachCommandOnceWhateverHappens()
{
    for (int number = 0; number < commandCount(); ++number) {
        const v1::SubmitCommandRequest request = anyCommand(number);
        v1::KnownCommand known;
        const grpc::Status submitted = m_cloud->submit(request, known);
        QVERIFY2(submitted.ok(), submitted.error_message().c_str());
        anyMisfortune(number);
        if (QTest::currentTestFailed())
            return;
    }
    qInfo("%d cuts, %d kills of the agent, %d of the Core", m_cuts, m_agentKills, m_coreKills);
    QVERIFY(m_cuts > 0 && m_agentKills > 0 && m_coreKills > 0);
    QVERIFY(waitUntil(seconds(120), [this] { return isOver(); }));
    const std::string agentId = m_cloud->agent().id();
    QVERIFY(waitUntil(seconds(60), [&] {
        const QJsonObject status = m_agent->ctl().run("cloud status -o json").object();
        return status["outbox_reports"].toInt(-1) == 0 && status["pending_commands"].toInt(-1) == 0;
    }));
    QVERIFY(waitUntil(seconds(60), [&] { return pictureOf(*m_cloud, agentId) == pictureOf(*m_agent); }));
    checkCommands();
    checkTraffic();
}

/// More than one answer holds, so it is read where it is kept.
QList<v1::HistoryEntry> SweepTest::wholeHistory()
{
    m_core->terminate();
    ghost::cloud::Database database(m_core->folder() + "/cloud.sqlite");
    const auto clock = ghost::cloud::Clock::system();
    return database.open() ? ghost::cloud::History(database, clock).list({}, 1'000'000) : QList<v1::HistoryEntry>();
}

void SweepTest::checkCommands()
{
    const auto commands = m_cloud->commands();
    const size_t vmCount = m_cloud->vms().size();
    const auto history = wholeHistory();
    QVERIFY(!history.isEmpty());
    QMap<QString, int> ends;
    QMap<QString, int> reports;
    for (const v1::HistoryEntry &entry : history) {
        QVERIFY2(entry.kind() != "agent.gap" && entry.kind() != "agent.duplicated", entry.text().c_str());
        if (entry.kind() == "command.ended")
            ++ends[QString::fromStdString(entry.subject())];
        if (entry.sequence() != 0)
            ++reports[QString::number(entry.sequence())];
    }
    for (const int count : reports)
        QCOMPARE(count, 1);
    const QMap<QString, int> operations = operationsForCloud(*m_agent);
    QCOMPARE(commands.size(), size_t(commandCount()));
    QSet<std::string> ofResults;
    int succeeded = 0;
    int expired = 0;
    for (const v1::KnownCommand &known : commands) {
        const QString id = QString::fromStdString(known.command().id());
        const bool isExpired = known.state() == v1::COMMAND_STATE_EXPIRED;
        QCOMPARE(ends.value(id), isExpired ? 0 : 1);
        QVERIFY(operations.value(id) <= (isExpired ? 0 : 1));
        QCOMPARE(known.has_result(), !isExpired);
        const v1::CommandResult &result = known.result();
        if (!result.operation().id().empty())
            QVERIFY(!ofResults.contains(result.operation().id()));
        ofResults.insert(result.operation().id());
        expired += isExpired ? 1 : 0;
        succeeded += !isExpired && !result.has_error() ? 1 : 0;
        // A create that succeeded was done: not undone, not twice.
        if (!isExpired && !result.has_error())
            QCOMPARE(operations.value(id), 1);
    }
    qInfo("%d succeeded, %d failed, %d expired; %lld reports, %zu VMs at the end", succeeded,
          commandCount() - succeeded - expired, expired, qint64(reports.size()), vmCount);
    QVERIFY(succeeded > 0);
}

void SweepTest::checkTraffic()
{
    QFile records(m_agent->path("data/plugins/hypervisor-fake/fake-vms.json"));
    QVERIFY(records.open(QIODevice::ReadOnly));
    const QByteArray kept = records.readAll();
    QVERIFY2(kept.contains(ownersVm) && kept.contains(m_ownersVm.toByteArray(QUuid::WithoutBraces)),
             "the owner still has it");
    const QByteArrayList ownersMarks{ownersVm, m_ownersVm.toByteArray(QUuid::WithoutBraces), m_ownersVm.toRfc4122()};
    qint64 bytes = 0;
    bool isOursThere = false;
    for (const QByteArray &piece : m_link->traffic()) {
        bytes += piece.size();
        isOursThere = isOursThere || piece.contains("vm-");
        for (const QByteArray &mark : ownersMarks)
            QVERIFY(!piece.contains(mark));
    }
    QVERIFY(isOursThere); // we can read what goes by
    qInfo("%lld bytes went between agent and Core", bytes);
}

QTEST_GUILESS_MAIN(SweepTest)
#include "SweepTest.moc"
