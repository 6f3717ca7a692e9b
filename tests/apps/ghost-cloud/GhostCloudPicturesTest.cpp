// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <google/protobuf/timestamp.pb.h>

#include "StatusCheck.h"
#include "TestAgent.h"
#include "TestCore.h"
#include "TestOperator.h"

using namespace ghost::cloud;
using namespace std::chrono_literals;
using ghost::agent::v1::VM_STATE_RUNNING;
using ghost::agent::v1::VM_STATE_STOPPED;

/// What the Core knows of agents and their VMs: from beats, from reports, and from silence.
class GhostCloudPicturesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void knowsWhatTheLastBeatSaid();
    void keepsAPictureOverARestart();
    void takesEachReportOnce();
    void knowsWhereAnAgentGoesOn();
    void takesAGapAndSaysIt();
    void anOvertakenBeatChangesNothing();
    void anOvertakenReportIsHistoryOnly();
    void aNewRunKnowsBest();
    void refusesWhatIsNoPicture();
    void saysLateLostAndBack();
    void isNotMistakenByClocksThatJump();
    void asksNothingOfAgentsWhileItWasAway();

private:
    /// `id state` of each VM.
    QStringList vms() const;

    std::unique_ptr<TestCore> m_core;
    std::unique_ptr<TestOperator> m_operator;
    std::unique_ptr<TestAgent> m_agent;
};

void GhostCloudPicturesTest::init()
{
    m_core = std::make_unique<TestCore>();
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    m_agent = std::make_unique<TestAgent>(m_core->channel(), "one");
    VERIFY_CODE(m_agent->enter(), OK);
}

void GhostCloudPicturesTest::cleanup()
{
    m_agent.reset();
    m_operator.reset();
    m_core.reset();
}

QStringList GhostCloudPicturesTest::vms() const
{
    QStringList lines;
    for (const v1::KnownVM &known : m_operator->vms())
        lines.append(
            QString::fromStdString(known.vm().id() + (known.vm().state() == VM_STATE_RUNNING ? " runs" : " is off")));
    return lines;
}

void GhostCloudPicturesTest::knowsWhatTheLastBeatSaid()
{
    v1::HeartbeatRequest &picture = m_agent->picture;
    *picture.add_vms() = TestAgent::vm("a", VM_STATE_RUNNING);
    *picture.add_vms() = TestAgent::vm("b", VM_STATE_STOPPED);
    picture.add_addresses("100.64.0.5");
    picture.mutable_resources()->set_total_cpus(8);
    picture.set_state_generation(3);
    picture.set_paused(true);
    picture.mutable_sent_at()->set_seconds(m_core->wall() / 1000 + 90);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.next_seconds(), TestCore::beatSeconds);
    QCOMPARE(vms(), (QStringList{"a runs", "b is off"}));
    const v1::Agent agent = m_operator->agent();
    QCOMPARE(agent.state(), v1::AGENT_STATE_ONLINE);
    QCOMPARE(agent.vm_count(), 2);
    QCOMPARE(agent.addresses(0), std::string("100.64.0.5"));
    QCOMPARE(agent.resources().total_cpus(), 8);
    QCOMPARE(agent.clock_offset_milliseconds(), int64_t(90'000));
    QVERIFY(agent.paused());
    QCOMPARE(m_operator->vms().at(0).state_generation(), uint64_t(3));
    QCOMPARE(m_operator->vms().at(0).agent_name(), std::string("one"));

    // The same again: younger, not other.
    m_core->advance(20s);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_operator->vms().at(0).reported_at().seconds(), m_core->wall() / 1000);
    picture.mutable_vms()->DeleteSubrange(0, 1);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(vms(), QStringList{"b is off"});
}

void GhostCloudPicturesTest::keepsAPictureOverARestart()
{
    *m_agent->picture.add_vms() = TestAgent::vm("a", VM_STATE_RUNNING);
    VERIFY_CODE(m_agent->beat(), OK);
    m_core->restart();
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    QCOMPARE(vms(), QStringList{"a runs"});
    QCOMPARE(m_operator->agent().last_seen().seconds(), m_core->wall() / 1000);
}

void GhostCloudPicturesTest::takesEachReportOnce()
{
    for (int time = 0; time < 3; ++time) {
        VERIFY_CODE(m_agent->reportCreated(1, TestAgent::vm("a", VM_STATE_STOPPED)), OK);
        VERIFY_CODE(m_agent->reportCreated(2, TestAgent::vm("b", VM_STATE_RUNNING)), OK);
    }
    VERIFY_CODE(m_agent->reportChanged(3, TestAgent::vm("a", VM_STATE_RUNNING)), OK);
    VERIFY_CODE(m_agent->reportDeleted(4, "b"), OK);
    VERIFY_CODE(m_agent->reportCreated(2, TestAgent::vm("b", VM_STATE_RUNNING)), OK);
    QCOMPARE(vms(), QStringList{"a runs"});
    QCOMPARE(m_operator->history().filter("vm."),
             (QStringList{"vm.created: name of a stopped", "vm.created: name of b running",
                          "vm.changed: name of a running", "vm.deleted: b deleted"}));
}

void GhostCloudPicturesTest::knowsWhereAnAgentGoesOn()
{
    VERIFY_CODE(m_agent->reportCreated(1, TestAgent::vm("a", VM_STATE_STOPPED)), OK);
    VERIFY_CODE(m_agent->reportDeleted(2, "a"), OK);
    m_core->restart();
    m_agent->reconnect(m_core->channel());
    VERIFY_CODE(m_agent->enter(), OK);
    QCOMPARE(m_agent->registered.last_sequence(), uint64_t(2));
}

void GhostCloudPicturesTest::takesAGapAndSaysIt()
{
    VERIFY_CODE(m_agent->reportCreated(1, TestAgent::vm("a", VM_STATE_STOPPED)), OK);
    VERIFY_CODE(m_agent->reportCreated(7, TestAgent::vm("g", VM_STATE_RUNNING)), OK);
    QCOMPARE(m_operator->history().filter("agent.gap").size(), 1);
    QVERIFY(m_operator->history().filter("agent.gap").first().contains("2 to 6"));
    QCOMPARE(m_operator->agent().last_sequence(), uint64_t(7));
}

void GhostCloudPicturesTest::anOvertakenBeatChangesNothing()
{
    *m_agent->picture.add_vms() = TestAgent::vm("a", VM_STATE_STOPPED);
    m_agent->picture.set_state_generation(1);
    VERIFY_CODE(m_agent->beat(), OK);
    VERIFY_CODE(m_agent->reportCreated(1, TestAgent::vm("a", VM_STATE_STOPPED)), OK);
    VERIFY_CODE(m_agent->reportChanged(2, TestAgent::vm("a", VM_STATE_RUNNING)), OK);
    VERIFY_CODE(m_agent->beat(), OK); // made before the second report
    QCOMPARE(vms(), QStringList{"a runs"});
}

void GhostCloudPicturesTest::anOvertakenReportIsHistoryOnly()
{
    *m_agent->picture.add_vms() = TestAgent::vm("a", VM_STATE_RUNNING);
    m_agent->picture.set_state_generation(3);
    VERIFY_CODE(m_agent->beat(), OK);
    VERIFY_CODE(m_agent->reportCreated(1, TestAgent::vm("a", VM_STATE_STOPPED)), OK);
    VERIFY_CODE(m_agent->reportDeleted(2, "b"), OK);
    QCOMPARE(vms(), QStringList{"a runs"});
    QCOMPARE(m_operator->history().filter("vm.").size(), 2);
}

void GhostCloudPicturesTest::aNewRunKnowsBest()
{
    *m_agent->picture.add_vms() = TestAgent::vm("a", VM_STATE_RUNNING);
    m_agent->picture.set_state_generation(30);
    VERIFY_CODE(m_agent->beat(), OK);
    // Its folder came from a backup.
    m_agent->startAnew("second run");
    m_agent->picture.set_state_generation(3);
    m_agent->picture.mutable_vms(0)->set_state(VM_STATE_STOPPED);
    VERIFY_CODE(m_agent->enter(), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(vms(), QStringList{"a is off"});
}

void GhostCloudPicturesTest::refusesWhatIsNoPicture()
{
    *m_agent->picture.add_vms() = TestAgent::vm("", VM_STATE_RUNNING);
    VERIFY_CODE(m_agent->beat(), INVALID_ARGUMENT);
    *m_agent->picture.mutable_vms(0) = TestAgent::vm("a", VM_STATE_RUNNING);
    *m_agent->picture.add_vms() = TestAgent::vm("a", VM_STATE_RUNNING);
    VERIFY_CODE(m_agent->beat(), INVALID_ARGUMENT);
    m_agent->picture.mutable_vms(1)->set_id("b");
    m_agent->picture.mutable_vms(1)->set_problem(std::string(100'000, 'x'));
    VERIFY_CODE(m_agent->beat(), INVALID_ARGUMENT);
    m_agent->picture.mutable_vms(1)->set_problem(std::string(20'000'000, 'x')); // NOLINT(bugprone-string-constructor)
    VERIFY_CODE(m_agent->beat(), RESOURCE_EXHAUSTED);
    VERIFY_CODE(m_agent->reportCreated(0, TestAgent::vm("a", VM_STATE_RUNNING)), INVALID_ARGUMENT);
    QVERIFY(vms().isEmpty());
    m_agent->picture.mutable_vms(1)->clear_problem();
    VERIFY_CODE(m_agent->beat(), OK);
}

void GhostCloudPicturesTest::saysLateLostAndBack()
{
    VERIFY_CODE(m_agent->beat(), OK);
    m_core->advance(59s);
    QCOMPARE(m_operator->agent().state(), v1::AGENT_STATE_ONLINE);
    m_core->advance(2s);
    QTRY_COMPARE(m_operator->agent().state(), v1::AGENT_STATE_LATE);
    m_core->advance(240s);
    QTRY_COMPARE(m_operator->agent().state(), v1::AGENT_STATE_LOST);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_operator->agent().state(), v1::AGENT_STATE_ONLINE);
    const QStringList agents = m_operator->history().filter("agent.");
    QCOMPARE(agents.size(), 4);
    QVERIFY(agents.at(0).startsWith("agent.registered"));
    QVERIFY(agents.at(1).startsWith("agent.late"));
    QVERIFY(agents.at(2).startsWith("agent.lost"));
    QVERIFY(agents.at(3).startsWith("agent.returned"));
}

void GhostCloudPicturesTest::isNotMistakenByClocksThatJump()
{
    VERIFY_CODE(m_agent->beat(), OK);
    const std::string command = m_operator->start("one", "11111111-2222-3333-4444-555555555555", 60'000);
    m_core->jump(24h);
    m_agent->picture.mutable_sent_at()->set_seconds(-62'135'596'800);
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_agent->beaten.commands_size(), 1);
    QCOMPARE(m_agent->beaten.commands(0).valid_milliseconds(), int64_t(60'000));
    m_core->jump(-48h);
    QVERIFY(!m_operator->hasHistory("agent.late"));
    QVERIFY(!m_operator->hasHistory("agent.lost"));
    QCOMPARE(m_operator->command(command).state(), v1::COMMAND_STATE_SENT);
}

void GhostCloudPicturesTest::asksNothingOfAgentsWhileItWasAway()
{
    VERIFY_CODE(m_agent->beat(), OK);
    m_core->stop();
    m_core->advance(24h);
    m_core->start();
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    m_core->advance(59s);
    QCOMPARE(m_operator->agent().state(), v1::AGENT_STATE_ONLINE);
    QVERIFY(!m_operator->hasHistory("agent.late"));
}

QTEST_GUILESS_MAIN(GhostCloudPicturesTest)
#include "GhostCloudPicturesTest.moc"
