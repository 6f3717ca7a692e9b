// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UplinkFixture.h"

using namespace ghost;
using namespace std::chrono_literals;
using Rpc = FakeCore::Rpc;

/// Commands that a kill, or an agent that could not take them, has stopped halfway.
class UplinkResumeTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<UplinkFixture> m_link;
    Vm m_vm;

    const Principal m_owner{Principal::Kind::LocalUser, QStringLiteral("1000")};

    OperationId operation(std::size_t index = 0) const { return m_link->agent.submitted().at(index).operation; }
    bool hasSubmitted(std::size_t count) const { return m_link->agent.submitted().size() == count; }
    void startConnected()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
    }

private Q_SLOTS:
    void init()
    {
        m_link = std::make_unique<UplinkFixture>();
        m_vm = m_link->agent.makeVm("web");
    }
    void cleanup() { m_link.reset(); }

    void isDoneOnceWhereverTheAgentIsKilled()
    {
        m_link->core.stop(); // so that nothing is repeated by the cloud
        m_link->core.start();
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);

        QVERIFY(m_link->uplink().setPaused(true)); // stored, not begun
        m_link->core.commandByStream(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->kill();
        m_link->start();
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(hasSubmitted(1));
        m_link->kill();
        m_link->forgetSubmission("c1"); // begun, and submitted, but not written down
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->kill();
        m_link->start(); // under way
        EVENTUALLY(m_link->isConnected());
        m_link->kill();
        m_link->agent.end(operation()); // it ends while nobody looks, and leaves the state
        m_link->agent.forgetOperations(true);
        m_link->core.hang(Rpc::Result); // its result is not acknowledged
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->kill();
        m_link->core.release();
        m_link->core.loseAnswers(Rpc::Result, 1);
        m_link->start();
        EVENTUALLY(m_link->resultsOf("c1") >= 2); // one more where the hung call was taken after all
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 0);
        QVERIFY(!m_link->result("c1")->has_error());
        QCOMPARE(m_link->result("c1")->operation().id(), operation().toString().toStdString());
        QVERIFY(hasSubmitted(1));
    }

    void saysWhenNobodyKnowsWhatCameOfIt()
    {
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        m_link->agent.forgetOperations(false);
        m_link->agent.publish("resync");
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_UNAVAILABLE);
        QVERIFY(hasSubmitted(1));
    }

    void finishesWhatItHasBegunHoweverLateItIs_data()
    {
        QTest::addColumn<bool>("isArchived");
        QTest::newRow("the agent's state knows it") << false;
        QTest::newRow("only its archive does") << true;
    }
    void finishesWhatItHasBegunHoweverLateItIs()
    {
        QFETCH(bool, isArchived);
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        m_link->kill();
        m_link->forgetSubmission("c1");
        m_link->nowMs += 1'000'000;
        m_link->agent.end(operation());
        if (isArchived)
            m_link->agent.forgetOperations(true);
        m_link->start();
        EVENTUALLY(m_link->result("c1"));
        QVERIFY(!m_link->result("c1")->has_error()); // it was in time
        QVERIFY(hasSubmitted(1));
    }

    void asksAgainWhereTheArchiveCannotBeRead_data()
    {
        QTest::addColumn<bool>("isBegun");
        QTest::newRow("how a running one ended") << false;
        QTest::newRow("whether one was submitted") << true;
    }
    void asksAgainWhereTheArchiveCannotBeRead()
    {
        QFETCH(bool, isBegun);
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->core.commandByStream(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        m_link->kill();
        if (isBegun)
            m_link->forgetSubmission("c1");
        m_link->agent.end(operation());
        m_link->agent.forgetOperations(true);
        m_link->agent.failQueries(Error(Code::Unavailable, QStringLiteral("busy")));
        startConnected();
        EVENTUALLY(m_link->agent.failedQueries() >= 1);
        m_link->agent.publish("resync");
        EVENTUALLY(m_link->agent.failedQueries() >= 2);
        QVERIFY(!m_link->result("c1"));
        m_link->agent.failQueries({});
        m_link->agent.publish("resync");
        EVENTUALLY(m_link->result("c1"));
        QVERIFY(!m_link->result("c1")->has_error());
        QVERIFY(hasSubmitted(1));
    }

    void asksAgainWhatAKillKeptFromBeingSubmitted_data()
    {
        QTest::addColumn<QString>("meanwhile");
        QTest::addColumn<int>("verdict");
        QTest::newRow("its time is over") << "late" << int(agent::v1::ERROR_CODE_DEADLINE_EXCEEDED);
        QTest::newRow("not allowed any more") << "allow" << int(agent::v1::ERROR_CODE_PERMISSION_DENIED);
        QTest::newRow("changed by the owner") << "changed" << int(agent::v1::ERROR_CODE_FAILED_PRECONDITION);
    }
    void asksAgainWhatAKillKeptFromBeingSubmitted()
    {
        QFETCH(QString, meanwhile);
        QFETCH(int, verdict);
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->core.commandByStream(m_link->command("c1", "delete", m_vm.id(), 1));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->kill();
        m_link->forgetSubmission("c1");
        if (meanwhile == "late")
            m_link->nowMs += 60'001;
        else if (meanwhile == "allow")
            m_link->options.allowed = {QStringLiteral("start")};
        else
            m_link->agent.begin(m_vm.id(), m_owner);
        m_link->start();
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(int(m_link->verdict("c1")), verdict);
        QVERIFY(hasSubmitted(0));
    }

    void waitsWithWhatAKillKeptFromBeingSubmittedWhilePaused()
    {
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->core.commandByStream(m_link->command("c1", "delete", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->kill();
        m_link->forgetSubmission("c1");
        startConnected();
        m_link->agent.makeVm("other");
        EVENTUALLY(m_link->core.reports().size() == 2); // it has looked at everything
        QVERIFY(hasSubmitted(0));
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(hasSubmitted(1));
    }

    void waitsForAnAgentThatCannotTakeItNow()
    {
        m_link->agent.refuse(Error(Code::Unavailable, QStringLiteral("stopping")));
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        QVERIFY(!m_link->result("c1"));
        m_link->agent.refuse({});
        m_link->agent.publish("resync");
        EVENTUALLY(hasSubmitted(1));
    }

    void asksAgainWhatTheAgentDidNotTake()
    {
        m_link->agent.refuse(Error(Code::Unavailable, QStringLiteral("stopping")));
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->core.commandByStream(m_link->command("c1", "delete", m_vm.id()));
        EVENTUALLY(m_link->agent.refused() >= 1);
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->agent.refuse({});
        m_link->agent.makeVm("other");
        EVENTUALLY(m_link->core.reports().size() == 2);
        QVERIFY(hasSubmitted(0));
        m_link->nowMs += 60'001;
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_DEADLINE_EXCEEDED);
        QVERIFY(hasSubmitted(0));
    }
};

QTEST_GUILESS_MAIN(UplinkResumeTest)
#include "UplinkResumeTest.moc"
