// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StatusCheck.h"
#include "TestAgent.h"
#include "TestCore.h"
#include "TestOperator.h"

using namespace ghost::cloud;
using namespace std::chrono_literals;

/// Who is who, for life, and what happens when two are one.
class GhostCloudIdentityTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void givesAnInstallationOneIdForLife();
    void keepsIdentitiesOverARestart();
    void takesOverAnIdThatItHasLost();
    void refusesWhatIsNoIdentity();
    void refusesAnIdOfAnotherInstallation();
    void endsAnIdentityWithLeaveOnly();
    void leavesToTheOwnerWhatARunDidNotSay();
    void aRestartedAgentIsNoSecondMachine();
    void aLateBeatOfAKilledRunIsNoSecondMachine();
    void saysWhenADiskWasCloned();
    void theSecondMachineMayLeaveWithoutTheFirst();
    void theOtherMachineGoesOnWhenTheHolderLeaves();
    void forgetsASecondMachineThatIsSilent();

private:
    std::unique_ptr<TestCore> m_core;
    std::unique_ptr<TestOperator> m_operator;
    std::unique_ptr<TestAgent> m_agent;
};

void GhostCloudIdentityTest::init()
{
    m_core = std::make_unique<TestCore>();
    m_operator = std::make_unique<TestOperator>(m_core->channel());
    m_agent = std::make_unique<TestAgent>(m_core->channel(), "one");
}

void GhostCloudIdentityTest::cleanup()
{
    m_agent.reset();
    m_operator.reset();
    m_core.reset();
}

void GhostCloudIdentityTest::givesAnInstallationOneIdForLife()
{
    VERIFY_CODE(m_agent->enter(), OK);
    const std::string id = m_agent->registered.agent_id();
    QCOMPARE(id.size(), size_t(36));
    QCOMPARE(m_agent->registered.heartbeat_seconds(), TestCore::beatSeconds);
    // The answer was lost.
    m_agent->identity.clear_agent_id();
    VERIFY_CODE(m_agent->enter(), OK);
    QCOMPARE(m_agent->registered.agent_id(), id);
    // The next run.
    m_agent->startAnew("second run");
    VERIFY_CODE(m_agent->enter(), OK);
    QCOMPARE(m_agent->registered.agent_id(), id);
    TestAgent other(m_core->channel(), "other");
    VERIFY_CODE(other.enter(), OK);
    QVERIFY(other.registered.agent_id() != id);
    QCOMPARE(m_operator->agents().size(), size_t(2));
}

void GhostCloudIdentityTest::keepsIdentitiesOverARestart()
{
    m_agent->registration.add_allowed_commands("start");
    VERIFY_CODE(m_agent->enter(), OK);
    const std::string id = m_agent->registered.agent_id();
    m_core->restart();
    m_agent->reconnect(m_core->channel());
    TestOperator again(m_core->channel());
    // It goes on without registering anew.
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(again.agent().id(), id);
    QCOMPARE(again.agent().name(), std::string("one"));
    QCOMPARE(again.agent().allowed_commands(0), std::string("start"));
    m_agent->identity.clear_agent_id();
    VERIFY_CODE(m_agent->enter(), OK);
    QCOMPARE(m_agent->registered.agent_id(), id);
}

void GhostCloudIdentityTest::takesOverAnIdThatItHasLost()
{
    m_agent->identity.set_agent_id("11111111-2222-3333-4444-555555555555");
    VERIFY_CODE(m_agent->beat(), NOT_FOUND);
    VERIFY_CODE(m_agent->enter(), OK);
    QCOMPARE(m_agent->registered.agent_id(), std::string("11111111-2222-3333-4444-555555555555"));
    QCOMPARE(m_agent->registered.last_sequence(), uint64_t(0));
    VERIFY_CODE(m_agent->beat(), OK);
}

void GhostCloudIdentityTest::refusesWhatIsNoIdentity()
{
    TestAgent nobody(m_core->channel(), "");
    VERIFY_CODE(nobody.enter(), INVALID_ARGUMENT);
    m_agent->identity.set_agent_id("../etc");
    VERIFY_CODE(m_agent->enter(), INVALID_ARGUMENT);
    m_agent->identity.set_agent_id(std::string(65, 'x'));
    VERIFY_CODE(m_agent->beat(), INVALID_ARGUMENT);
    m_agent->identity.clear_agent_id();
    VERIFY_CODE(m_agent->beat(), INVALID_ARGUMENT);
    m_agent->identity.clear_instance_id();
    VERIFY_CODE(m_agent->enter(), INVALID_ARGUMENT);
    QVERIFY(m_operator->agents().empty());
}

void GhostCloudIdentityTest::refusesAnIdOfAnotherInstallation()
{
    VERIFY_CODE(m_agent->enter(), OK);
    TestAgent thief(m_core->channel(), "thief");
    thief.identity.set_agent_id(m_agent->registered.agent_id());
    VERIFY_CODE(thief.enter(), ALREADY_EXISTS);
    VERIFY_CODE(m_agent->beat(), OK);
}

void GhostCloudIdentityTest::endsAnIdentityWithLeaveOnly()
{
    VERIFY_CODE(m_agent->enter(), OK);
    const std::string id = m_agent->registered.agent_id();
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_UNSPECIFIED), INVALID_ARGUMENT);
    for (const auto reason :
         {v1::UNREGISTER_REASON_HOST_SHUTDOWN, v1::UNREGISTER_REASON_AGENT_STOP, v1::UNREGISTER_REASON_UPGRADE}) {
        VERIFY_CODE(m_agent->leave(reason), OK);
        VERIFY_CODE(m_agent->leave(reason), OK);
        QCOMPARE(m_operator->agent().state(), v1::AGENT_STATE_LEFT);
        QCOMPARE(m_operator->agent().left_because(), reason);
        VERIFY_CODE(m_agent->beat(), NOT_FOUND);
        m_agent->startAnew("run after " + std::to_string(reason));
        VERIFY_CODE(m_agent->enter(), OK);
        QCOMPARE(m_agent->registered.agent_id(), id);
        QCOMPARE(m_operator->agent().state(), v1::AGENT_STATE_ONLINE);
    }
    m_agent->picture.add_vms()->CopyFrom(TestAgent::vm("vm", ghost::agent::v1::VM_STATE_RUNNING));
    VERIFY_CODE(m_agent->beat(), OK);
    QCOMPARE(m_operator->vms().size(), size_t(1));
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_LEAVE), OK);
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_LEAVE), OK);
    QVERIFY(m_operator->vms().empty());
    VERIFY_CODE(m_agent->beat(), PERMISSION_DENIED);
    VERIFY_CODE(m_agent->enter(), PERMISSION_DENIED);
    m_agent->identity.clear_agent_id();
    VERIFY_CODE(m_agent->enter(), OK);
    QVERIFY(m_agent->registered.agent_id() != id);
}

/// The owner left while the cloud was away, and the agent tells it in its next run.
void GhostCloudIdentityTest::leavesToTheOwnerWhatARunDidNotSay()
{
    VERIFY_CODE(m_agent->enter(), OK);
    m_agent->startAnew("the run that tells it");
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_LEAVE), OK);
    VERIFY_CODE(m_agent->enter(), PERMISSION_DENIED);
}

void GhostCloudIdentityTest::aRestartedAgentIsNoSecondMachine()
{
    VERIFY_CODE(m_agent->enter(), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    for (const char *run : {"second", "third"}) { // killed each time
        m_agent->startAnew(run);
        VERIFY_CODE(m_agent->enter(), OK);
        VERIFY_CODE(m_agent->beat(), OK);
        QVERIFY(m_agent->beaten.notice().empty());
    }
    m_agent->startAnew("fourth", "other boot");
    VERIFY_CODE(m_agent->enter(), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    QVERIFY(!m_operator->agent().duplicated());
    QVERIFY(!m_operator->hasHistory("agent.duplicated"));
}

void GhostCloudIdentityTest::aLateBeatOfAKilledRunIsNoSecondMachine()
{
    VERIFY_CODE(m_agent->enter(), OK);
    TestAgent next(m_core->channel(), "one");
    next.startAnew("second run");
    VERIFY_CODE(next.enter(), OK);
    VERIFY_CODE(m_agent->beat(), ALREADY_EXISTS);
    QVERIFY(!m_operator->agent().duplicated());
    // A second one was not under way.
    VERIFY_CODE(m_agent->beat(), ALREADY_EXISTS);
    QVERIFY(m_operator->agent().duplicated());
}

void GhostCloudIdentityTest::saysWhenADiskWasCloned()
{
    VERIFY_CODE(m_agent->enter(), OK);
    m_agent->watch();
    const std::string command = m_operator->start("one", "11111111-2222-3333-4444-555555555555");
    QCOMPARE(m_agent->commands(1).size(), size_t(1));

    TestAgent clone(m_core->channel(), "one");
    clone.identity = m_agent->identity;
    clone.startAnew("run of the clone", "boot of the clone");
    VERIFY_CODE(clone.enter(), OK);
    QCOMPARE(clone.registered.agent_id(), m_agent->registered.agent_id());
    QCOMPARE(m_agent->watchEnd().error_code(), grpc::StatusCode::ALREADY_EXISTS);
    // The command that the first has is not given to the second before it is clear that there is no first.
    VERIFY_CODE(clone.beat(), OK);
    QCOMPARE(clone.beaten.commands_size(), 0);

    VERIFY_CODE(m_agent->beat(), ALREADY_EXISTS);
    QVERIFY(m_operator->agent().duplicated());
    QVERIFY(m_operator->hasHistory("agent.duplicated"));
    m_core->advance(70s);
    VERIFY_CODE(clone.beat(), OK);
    QVERIFY(!clone.beaten.notice().empty());
    QCOMPARE(clone.beaten.commands_size(), 0);
    VERIFY_CODE(m_agent->reportChanged(1, TestAgent::vm("vm", ghost::agent::v1::VM_STATE_RUNNING)), ALREADY_EXISTS);
    // What the first has done it may still say.
    VERIFY_CODE(m_agent->result(command), OK);
    QCOMPARE(m_operator->command(command).state(), v1::COMMAND_STATE_ENDED);
    // Started anew it is the holder again, and neither is better off.
    m_agent->startAnew("second run of the first");
    VERIFY_CODE(m_agent->enter(), OK);
    QVERIFY(!m_agent->registered.notice().empty());
    VERIFY_CODE(clone.beat(), ALREADY_EXISTS);
}

void GhostCloudIdentityTest::theSecondMachineMayLeaveWithoutTheFirst()
{
    VERIFY_CODE(m_agent->enter(), OK);
    TestAgent clone(m_core->channel(), "one");
    clone.startAnew("run of the clone", "boot of the clone");
    VERIFY_CODE(clone.enter(), OK);
    VERIFY_CODE(m_agent->beat(), ALREADY_EXISTS);
    VERIFY_CODE(m_agent->leave(v1::UNREGISTER_REASON_LEAVE), OK);
    QVERIFY(!m_operator->agent().duplicated());
    VERIFY_CODE(clone.beat(), OK);
    QVERIFY(clone.beaten.notice().empty());
    QCOMPARE(m_operator->agent().state(), v1::AGENT_STATE_ONLINE);
}

void GhostCloudIdentityTest::theOtherMachineGoesOnWhenTheHolderLeaves()
{
    VERIFY_CODE(m_agent->enter(), OK);
    TestAgent clone(m_core->channel(), "one");
    clone.startAnew("run of the clone", "boot of the clone");
    VERIFY_CODE(clone.enter(), OK);
    VERIFY_CODE(m_agent->beat(), ALREADY_EXISTS);
    VERIFY_CODE(clone.leave(v1::UNREGISTER_REASON_LEAVE), OK);
    VERIFY_CODE(m_agent->beat(), NOT_FOUND);
    VERIFY_CODE(m_agent->enter(), OK);
    VERIFY_CODE(m_agent->beat(), OK);
    QVERIFY(m_agent->beaten.notice().empty());
}

void GhostCloudIdentityTest::forgetsASecondMachineThatIsSilent()
{
    VERIFY_CODE(m_agent->enter(), OK);
    TestAgent clone(m_core->channel(), "one");
    clone.startAnew("run of the clone", "boot of the clone");
    VERIFY_CODE(clone.enter(), OK);
    VERIFY_CODE(m_agent->beat(), ALREADY_EXISTS);
    const std::string command = m_operator->start("one", "11111111-2222-3333-4444-555555555555", 3600'000);
    for (int beat = 0; beat < 11; ++beat) {
        QVERIFY(m_operator->agent().duplicated());
        m_core->advance(29s);
        VERIFY_CODE(clone.beat(), OK);
    }
    QTRY_VERIFY(!m_operator->agent().duplicated());
    VERIFY_CODE(clone.beat(), OK);
    QCOMPARE(clone.beaten.commands_size(), 1);
    QCOMPARE(clone.beaten.commands(0).id(), command);
}

QTEST_GUILESS_MAIN(GhostCloudIdentityTest)
#include "GhostCloudIdentityTest.moc"
