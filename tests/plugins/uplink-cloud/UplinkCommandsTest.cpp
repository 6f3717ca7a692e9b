// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "UplinkFixture.h"

using namespace ghost;
using namespace std::chrono_literals;
using Rpc = FakeCore::Rpc;

class UplinkCommandsTest : public QObject
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

    void doesWhatItIsToldAndTellsHowItEnded()
    {
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "restart", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        const auto submitted = m_link->agent.submitted().front();
        QCOMPARE(submitted.command.name(), "RestartVM");
        QCOMPARE(submitted.command.requestId(), "cloud:c1");
        QCOMPARE(submitted.command.arguments(), QCborMap({{"vm", m_vm.id().toString()}}));
        QCOMPARE(submitted.principal.kind(), Principal::Kind::Cloud);
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->agent.end(operation());
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->result("c1")->operation().id(), operation().toString().toStdString());
        QVERIFY(!m_link->result("c1")->has_error());
        QVERIFY(m_link->result("c1")->ended_at().seconds() > 1'700'000'000);
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 0);
        QCOMPARE(m_link->resultsOf("c1"), 1);
    }

    void knowsEveryAction_data()
    {
        QTest::addColumn<QString>("action");
        QTest::addColumn<QString>("command");
        QTest::newRow("create") << "create"
                                << "CreateVM";
        QTest::newRow("start") << "start"
                               << "StartVM";
        QTest::newRow("stop") << "stop"
                              << "StopVM";
        QTest::newRow("delete") << "delete"
                                << "DeleteVM";
    }
    void knowsEveryAction()
    {
        QFETCH(QString, action);
        QFETCH(QString, command);
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", action.toLatin1().constData(), m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        QCOMPARE(m_link->agent.submitted().front().command.name(), command);
    }

    void passesOnWhyItFailed()
    {
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        m_link->agent.end(operation(), Operation::Status::Failed,
                          Error(Code::ResourceExhausted, QStringLiteral("no memory")).withHint("buy some"));
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_RESOURCE_EXHAUSTED);
        QCOMPARE(m_link->result("c1")->error().hint(), std::string("buy some"));
        QCOMPARE(m_link->result("c1")->operation().status(), agent::v1::OPERATION_STATUS_FAILED);
    }

    void comesAtOnceOnTheStream()
    {
        m_link->core.setNextSeconds(3600);
        startConnected();
        EVENTUALLY(m_link->status("stream_open").toBool());
        m_link->core.commandByStream(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
    }

    void isTheSameOnStreamAndBeat()
    {
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        const auto command = m_link->command("c1", "start", m_vm.id());
        m_link->core.commandByBeat(command);
        for (int i = 0; i < 5; ++i)
            m_link->core.commandByStream(command);
        EVENTUALLY(hasSubmitted(1));
        m_link->core.commandByStream(m_link->command("c2", "stop", m_vm.id()));
        EVENTUALLY(hasSubmitted(2)); // what came before it has been seen, too
        m_link->agent.end(operation(0));
        m_link->agent.end(operation(1));
        EVENTUALLY(m_link->result("c1") && m_link->result("c2"));
        QVERIFY(hasSubmitted(2));
    }

    void tellsTheResultAgainToWhoAsksAgain()
    {
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        const auto command = m_link->command("c1", "start", m_vm.id());
        m_link->core.commandByStream(command);
        EVENTUALLY(hasSubmitted(1));
        m_link->agent.end(operation());
        EVENTUALLY(m_link->resultsOf("c1") == 1 && m_link->status("pending_commands").toInteger() == 0);
        m_link->core.commandByStream(command); // a cloud that has lost it
        EVENTUALLY(m_link->resultsOf("c1") == 2);
        QVERIFY(hasSubmitted(1));
    }

    void doesOnlyWhatTheOwnerAllows()
    {
        m_link->options.allowed = {QStringLiteral("start")};
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "delete", m_vm.id()));
        m_link->core.commandByBeat(m_link->command("c2", "start", m_vm.id()));
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_PERMISSION_DENIED);
        QVERIFY(!m_link->result("c1")->has_operation());
        EVENTUALLY(hasSubmitted(1));
        QCOMPARE(m_link->agent.submitted().front().command.name(), "StartVM");
    }

    void refusesWhatItDoesNotUnderstand()
    {
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "sing"));
        auto byName = m_link->command("c2", "start");
        byName.mutable_start()->set_vm("web");
        m_link->core.commandByBeat(byName);
        m_link->core.commandByBeat(m_link->command("", "start", m_vm.id()));
        EVENTUALLY(m_link->result("c1") && m_link->result("c2"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_UNSUPPORTED);
        QCOMPARE(m_link->verdict("c2"), agent::v1::ERROR_CODE_INVALID_ARGUMENT);
        QVERIFY(hasSubmitted(0));
    }

    void passesOnWhatTheAgentRefuses()
    {
        m_link->agent.refuse(Error(Code::NotFound, QStringLiteral("no such VM")));
        startConnected();
        m_link->core.commandByBeat(m_link->command("c1", "start", VmId::create()));
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_NOT_FOUND);
    }

    void doesNothingThatComesTooLate()
    {
        startConnected();
        auto late = m_link->command("c1", "start", m_vm.id());
        late.set_valid_milliseconds(0);
        m_link->core.commandByBeat(late);
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_DEADLINE_EXCEEDED);

        QVERIFY(m_link->uplink().setPaused(true));
        m_link->core.commandByStream(m_link->command("c2", "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->nowMs += 60'001; // by the clock that nobody can set
        m_link->agent.publish("resync");
        EVENTUALLY(m_link->result("c2"));
        QCOMPARE(m_link->verdict("c2"), agent::v1::ERROR_CODE_DEADLINE_EXCEEDED);
        QVERIFY(hasSubmitted(0));
    }

    void tellsByItselfWhenATimeIsOver()
    {
        startConnected();
        QVERIFY(m_link->uplink().setPaused(true));
        auto brief = m_link->command("c1", "start", m_vm.id());
        brief.set_valid_milliseconds(300);
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->core.commandByStream(brief);
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->nowMs += 301; // no event comes
        EVENTUALLY(m_link->result("c1"));
    }

    void asksTheCloudHowLongAfterAReboot()
    {
        startConnected();
        QVERIFY(m_link->uplink().setPaused(true));
        EVENTUALLY(m_link->core.streams() == 1);
        const auto command = m_link->command("c1", "start", m_vm.id());
        m_link->core.commandByStream(command);
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->kill();
        m_link->options.clock.bootId = QStringLiteral("boot-2");
        m_link->nowMs = 5;
        startConnected();
        QVERIFY(m_link->uplink().setPaused(false));
        const auto beats = m_link->core.beats().size();
        EVENTUALLY(m_link->core.beats().size() > beats + 1);
        QVERIFY(hasSubmitted(0)); // nobody can know whether its time is over
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->core.commandByStream(command);
        EVENTUALLY(hasSubmitted(1));
    }

    void doesNothingWhilePaused()
    {
        startConnected();
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        m_link->agent.makeVm("other"); // reports go on
        EVENTUALLY(m_link->core.reports().size() == 2);
        QVERIFY(hasSubmitted(0));
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(hasSubmitted(1));
    }

    void doesNotContradictTheOwner()
    {
        startConnected();
        EVENTUALLY(m_link->core.reports().size() == 1);
        const OperationId stop = m_link->agent.begin(m_vm.id(), m_owner);
        m_link->agent.setVmState(m_vm.id(), VmState::Stopped);
        m_link->agent.end(stop);
        EVENTUALLY(m_link->core.reports().size() == 2);
        m_link->core.commandByBeat(m_link->command("old", "start", m_vm.id(), 1));
        m_link->core.commandByBeat(m_link->command("new", "start", m_vm.id(), 2));
        m_link->core.commandByBeat(m_link->command("any", "start", m_vm.id(), 0));
        EVENTUALLY(m_link->result("old"));
        QCOMPARE(m_link->verdict("old"), agent::v1::ERROR_CODE_FAILED_PRECONDITION);
        EVENTUALLY(hasSubmitted(2));
    }

    void doesNotContradictWhatTheCloudCannotKnowYet()
    {
        startConnected();
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->core.hang(Rpc::Report);
        m_link->agent.makeVm("other"); // takes the turn
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 1);
        const OperationId stop = m_link->agent.begin(m_vm.id(), m_owner);
        m_link->agent.setVmState(m_vm.id(), VmState::Stopped);
        m_link->agent.end(stop);
        EVENTUALLY(m_link->status("outbox_reports").toInteger() == 2);
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id(), 1));
        m_link->core.commandByBeat(m_link->command("c2", "start", m_vm.id(), 1'000));
        EVENTUALLY(m_link->result("c1") && m_link->result("c2"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_FAILED_PRECONDITION);
        QCOMPARE(m_link->verdict("c2"), agent::v1::ERROR_CODE_FAILED_PRECONDITION);
    }

    void givesWayToTheOwnerWhoIsAtIt()
    {
        startConnected();
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->agent.begin(m_vm.id(), m_owner);
        m_link->core.commandByBeat(m_link->command("c1", "restart", m_vm.id(), 1));
        EVENTUALLY(m_link->result("c1"));
        QCOMPARE(m_link->verdict("c1"), agent::v1::ERROR_CODE_FAILED_PRECONDITION);
    }

    void doesNotContradictItself()
    {
        startConnected();
        EVENTUALLY(m_link->core.reports().size() == 1);
        m_link->core.commandByBeat(m_link->command("c1", "stop", m_vm.id(), 1));
        EVENTUALLY(hasSubmitted(1));
        m_link->agent.setVmState(m_vm.id(), VmState::Stopped);
        m_link->agent.end(operation());
        EVENTUALLY(m_link->core.reports().size() == 2);
        m_link->core.commandByBeat(m_link->command("c2", "start", m_vm.id(), 1)); // its own doing does not count
        EVENTUALLY(hasSubmitted(2));
    }

    void beginsNothingWhileAnotherMachineHasItsIdentity_data()
    {
        QTest::addColumn<bool>("isRestarted");
        QTest::newRow("told at a beat") << false;
        QTest::newRow("told at its registration") << true;
    }
    void beginsNothingWhileAnotherMachineHasItsIdentity()
    {
        QFETCH(bool, isRestarted);
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->agent.refuse(Error(Code::Unavailable, "not now"));
        m_link->core.commandByStream(m_link->command("begun", "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->core.commandByStream(m_link->command("waiting", "stop", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 2);

        std::atomic<int> refused = 0;
        const auto refuse = [&refused] {
            ++refused;
            return grpc::Status(grpc::StatusCode::ALREADY_EXISTS, "another machine uses the same identity");
        };
        m_link->core.fail(Rpc::Heartbeat, refuse);
        m_link->core.fail(Rpc::Register, refuse);
        m_link->core.fail(Rpc::Report, refuse);
        if (isRestarted) {
            m_link->kill();
            m_link->agent.refuse({});
            m_link->start();
        }
        EVENTUALLY(m_link->state() == "refused");
        QVERIFY(m_link->status("problem").toString().contains("another machine"));
        m_link->agent.refuse({});
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(refused.load() >= 2); // it goes on asking
        m_link->agent.publish("resync");
        m_link->agent.makeVm("other");
        EVENTUALLY(m_link->status("outbox_reports").toInteger() > 0); // it has looked at everything
        QVERIFY(hasSubmitted(0));

        m_link->core.fail(Rpc::Heartbeat, {});
        m_link->core.fail(Rpc::Register, {});
        m_link->core.fail(Rpc::Report, {});
        EVENTUALLY(hasSubmitted(2));
    }

    void givesUpAResultThatTheCloudRefusesForGood()
    {
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->core.fail(Rpc::Result, [] { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"); });
        for (const char *id : {"c1", "c2", "c3"})
            m_link->core.commandByStream(m_link->command(id, "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(3));
        for (std::size_t index = 0; index < 3; ++index)
            m_link->agent.end(operation(index));
        m_link->core.refuseResult("c2");
        m_link->core.fail(Rpc::Result, {}); // now in one call
        EVENTUALLY(m_link->result("c1") && m_link->result("c3"));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 0);
        QVERIFY(!m_link->result("c2"));
        QVERIFY(m_link->status("notice").toString().contains("c2"));
        QCOMPARE(m_link->context.logText().count("c2"), 1);
    }

    void takesNoMoreFromABeatThanItMayBring()
    {
        startConnected();
        QVERIFY(m_link->uplink().setPaused(true));
        for (int i = 0; i < 70; ++i)
            m_link->core.commandByBeat(m_link->command(std::to_string(i).c_str(), "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 64);
        const auto beats = m_link->core.beats().size();
        EVENTUALLY(m_link->core.beats().size() >= beats + 2);
        QCOMPARE(m_link->status("pending_commands").toInteger(), 64);
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(hasSubmitted(64));
        for (std::size_t index = 0; index < 64; ++index)
            m_link->agent.end(operation(index));
        EVENTUALLY(hasSubmitted(70)); // the others, once there is room
    }

    void bringsItsResultsBeforeItsFarewell()
    {
        startConnected();
        EVENTUALLY(m_link->core.streams() == 1);
        m_link->core.fail(Rpc::Result, [] { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"); });
        m_link->core.commandByStream(m_link->command("ended", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        m_link->agent.end(operation());
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->core.commandByStream(m_link->command("waiting", "start", m_vm.id()));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 2);
        m_link->core.stop(); // as long as it is away nobody can be told
        m_link->core.fail(Rpc::Result, {});
        QVERIFY(m_link->uplink().leave());
        EVENTUALLY(m_link->status("problem").toString().contains("does not know of it yet"));
        m_link->core.start();
        EVENTUALLY(m_link->core.goodbyes().size() == 1);
        QVERIFY(m_link->result("ended") && !m_link->result("ended")->has_error());
        QCOMPARE(m_link->verdict("waiting"), agent::v1::ERROR_CODE_PERMISSION_DENIED);
        QCOMPARE(m_link->core.reports().size(), std::size_t(1));
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 0);
        QVERIFY(hasSubmitted(1));
    }

    void takesItsLeaveOfACloudThatTakesNoResults()
    {
        startConnected();
        m_link->core.fail(Rpc::Result, [] { return grpc::Status(grpc::StatusCode::UNAVAILABLE, "not now"); });
        m_link->core.commandByBeat(m_link->command("c1", "start", m_vm.id()));
        EVENTUALLY(hasSubmitted(1));
        m_link->agent.end(operation());
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 1);
        QVERIFY(m_link->uplink().leave());
        EVENTUALLY(m_link->core.goodbyes().size() == 1);
        EVENTUALLY(m_link->status("pending_commands").toInteger() == 0); // nobody waits for it
    }

    void takesOnlySoManyAtOnce()
    {
        startConnected();
        QVERIFY(m_link->uplink().setPaused(true));
        EVENTUALLY(m_link->core.streams() == 1);
        for (int i = 0; i < 257; ++i)
            m_link->core.commandByStream(m_link->command(std::to_string(i).c_str(), "start", m_vm.id()));
        EVENTUALLY(m_link->result("256"));
        QCOMPARE(m_link->verdict("256"), agent::v1::ERROR_CODE_RESOURCE_EXHAUSTED);
        QCOMPARE(m_link->core.results().size(), std::size_t(1));
    }
};

QTEST_GUILESS_MAIN(UplinkCommandsTest)
#include "UplinkCommandsTest.moc"
