// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QFile>

#include "UplinkFixture.h"

using namespace ghost;
using namespace std::chrono_literals;
using Rpc = FakeCore::Rpc;

namespace {

FakeCore::Fault answering(grpc::StatusCode code)
{
    return [code] { return grpc::Status(code, "as the test wants it"); };
}

} // namespace

class UplinkIdentityTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<UplinkFixture> m_link;

private Q_SLOTS:
    void init() { m_link = std::make_unique<UplinkFixture>(); }
    void cleanup() { m_link.reset(); }

    void introducesItself()
    {
        m_link->agent.edit([](State &state) {
            HostResources resources;
            resources.setTotalCpus(8);
            state.setResources(resources);
        });
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        const auto request = m_link->core.registrations().front();
        QCOMPARE(request.identity().agent_id(), std::string());
        QCOMPARE(request.identity().boot_id(), std::string("boot-1"));
        QVERIFY(!request.identity().instance_id().empty());
        QVERIFY(!request.installation_id().empty());
        QCOMPARE(request.name(), std::string("test-host"));
        QCOMPARE(request.version(), std::string("1.2.3"));
        QCOMPARE(request.resources().total_cpus(), 8);
        QCOMPARE(request.allowed_commands_size(), 5);
        QCOMPARE(m_link->status("agent_id").toString(), "agent-1");
    }

    void keepsItsIdentityForLife()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->stop();
        m_link->core.setAgentId("agent-1");
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        const auto all = m_link->core.registrations();
        QCOMPARE(all.back().identity().agent_id(), std::string("agent-1"));
        QCOMPARE(all.back().installation_id(), all.front().installation_id());
        QVERIFY(all.back().identity().instance_id() != all.front().identity().instance_id());
    }

    void registersForEverUntilItIsHeard()
    {
        m_link->core.stop();
        m_link->start();
        EVENTUALLY(m_link->state() == "registering" && !m_link->status("problem").toString().isEmpty());
        m_link->core.start();
        EVENTUALLY(m_link->isConnected());
        QCOMPARE(m_link->context.health().status(), Health::Status::Ready);
    }

    void isTheSameAgentWhenTheAnswerToItsFirstRegistrationIsLost()
    {
        m_link->core.loseAnswers(Rpc::Register, 1);
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        const auto all = m_link->core.registrations();
        QVERIFY(all.size() >= 2);
        QCOMPARE(all[0].installation_id(), all[1].installation_id());
    }

    void registersAgainWhereItIsForgotten()
    {
        m_link->start();
        EVENTUALLY(!m_link->core.beats().empty());
        std::atomic<int> left = 1;
        m_link->core.fail(Rpc::Heartbeat, [&left] {
            return left-- > 0 ? grpc::Status(grpc::StatusCode::NOT_FOUND, "who?") : grpc::Status::OK;
        });
        EVENTUALLY(m_link->core.registrations().size() == 2);
        QCOMPARE(m_link->core.registrations().back().identity().agent_id(), std::string("agent-1"));
        EVENTUALLY(m_link->isConnected());
        m_link->core.fail(Rpc::Heartbeat, {});
    }

    void isNobodyElseForACloudThatConfusesIt()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->stop();
        m_link->core.setAgentId("agent-2");
        m_link->start();
        EVENTUALLY(m_link->state() == "refused");
        QVERIFY(m_link->status("problem").toString().contains("agent-2"));
        QCOMPARE(m_link->status("agent_id").toString(), "agent-1");
    }

    void tellsItsOwnerWhyItIsRefused_data()
    {
        QTest::addColumn<int>("call");
        QTest::addColumn<int>("code");
        QTest::newRow("another machine has this identity")
            << int(Rpc::Register) << int(grpc::StatusCode::ALREADY_EXISTS);
        QTest::newRow("not allowed") << int(Rpc::Register) << int(grpc::StatusCode::PERMISSION_DENIED);
        QTest::newRow("not known") << int(Rpc::Register) << int(grpc::StatusCode::UNAUTHENTICATED);
        QTest::newRow("introduces itself wrongly") << int(Rpc::Register) << int(grpc::StatusCode::INVALID_ARGUMENT);
        QTest::newRow("beats wrongly") << int(Rpc::Heartbeat) << int(grpc::StatusCode::INVALID_ARGUMENT);
        QTest::newRow("may not beat") << int(Rpc::Heartbeat) << int(grpc::StatusCode::FAILED_PRECONDITION);
    }
    void tellsItsOwnerWhyItIsRefused()
    {
        QFETCH(int, call);
        QFETCH(int, code);
        m_link->core.fail(Rpc(call), answering(grpc::StatusCode(code)));
        m_link->start();
        EVENTUALLY(m_link->state() == "refused");
        QVERIFY(m_link->status("problem").toString().contains("as the test wants it"));
        m_link->core.fail(Rpc(call), {});
        EVENTUALLY(m_link->isConnected()); // slowly, but it goes on trying
    }

    void showsWhatTheCloudSays()
    {
        m_link->core.setNotice("another machine uses this identity");
        m_link->start();
        EVENTUALLY(m_link->status("notice").toString() == "another machine uses this identity");
    }

    void beatsWithAllThatThereIs()
    {
        m_link->agent.makeVm("one");
        const Vm two = m_link->agent.makeVm("two", VmState::Stopped);
        m_link->start();
        EVENTUALLY(!m_link->core.beats().empty() && m_link->core.beats().back().state_generation() == 2);
        const auto beat = m_link->core.beats().back();
        QCOMPARE(beat.identity().agent_id(), std::string("agent-1"));
        QCOMPARE(beat.vms_size(), 2);
        QCOMPARE(beat.vms(1).id(), two.id().toString().toStdString());
        QCOMPARE(beat.vms(1).state(), agent::v1::VM_STATE_STOPPED);
        QVERIFY(beat.sent_at().seconds() > 1'700'000'000);
        QVERIFY(!beat.paused());
        QVERIFY(m_link->status("last_success").toInteger() > 0);
    }

    void beatsAtTheIntervalThatTheCloudWants()
    {
        m_link->core.setNextSeconds(3600);
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        QCOMPARE(m_link->status("interval_seconds").toInteger(), 3600);
        m_link->core.setSecondsOfBeats(1800);
        QVERIFY(m_link->uplink().setPaused(true)); // a beat now
        EVENTUALLY(m_link->status("interval_seconds").toInteger() == 1800);
        m_link->core.setSecondsOfBeats(0); // as before
        QVERIFY(m_link->uplink().setPaused(false));
        EVENTUALLY(!m_link->core.beats().back().paused());
        QCOMPARE(m_link->status("interval_seconds").toInteger(), 1800);
        m_link->core.setSecondsOfBeats(1'000'000); // out of bounds
        QVERIFY(m_link->uplink().setPaused(true));
        EVENTUALLY(m_link->status("interval_seconds").toInteger() == 3600);
        m_link->core.setSecondsOfBeats(1);
        QVERIFY(m_link->uplink().setPaused(false));
        const auto beats = m_link->core.beats().size();
        EVENTUALLY(m_link->core.beats().size() >= beats + 3); // nothing but the interval calls for them
    }

    void saysWhyItGoes_data()
    {
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("reason");
        QTest::newRow("stopped") << "" << int(v1::UNREGISTER_REASON_AGENT_STOP);
        QTest::newRow("host") << "host.shutting_down" << int(v1::UNREGISTER_REASON_HOST_SHUTDOWN);
        QTest::newRow("host after all not") << "host.shutdown_cancelled" << int(v1::UNREGISTER_REASON_AGENT_STOP);
        QTest::newRow("upgrade") << "upgrade" << int(v1::UNREGISTER_REASON_UPGRADE);
    }
    void saysWhyItGoes()
    {
        QFETCH(QString, what);
        QFETCH(int, reason);
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        if (what == "upgrade") {
            QFile mark(m_link->context.folder(Folder::Run) + "/upgrading");
            QVERIFY(mark.open(QIODevice::WriteOnly));
        } else if (!what.isEmpty()) {
            m_link->agent.publish("host.shutting_down");
            m_link->agent.publish(what);
        }
        m_link->stop();
        const auto goodbyes = m_link->core.goodbyes();
        QCOMPARE(goodbyes.size(), std::size_t(1));
        QCOMPARE(int(goodbyes.front().reason()), reason);
        m_link->start(); // it was only a stop
        EVENTUALLY(m_link->isConnected());
        m_link->stop();
        QCOMPARE(int(m_link->core.goodbyes().back().reason()), int(v1::UNREGISTER_REASON_AGENT_STOP));
    }

    void leavesOnceAndForEver()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->core.stop();
        QVERIFY(m_link->uplink().leave());
        QVERIFY(m_link->uplink().leave());
        QCOMPARE(m_link->state(), "left");
        m_link->kill();
        m_link->core.start();
        const auto before = m_link->core.registrations().size();
        m_link->start();
        QCOMPARE(m_link->state(), "left");
        EVENTUALLY(m_link->core.goodbyes().size() == 1);
        QCOMPARE(m_link->core.goodbyes().front().reason(), v1::UNREGISTER_REASON_LEAVE);
        EVENTUALLY(m_link->context.logText().contains("left the cloud"));
        m_link->stop();
        m_link->start();
        // In the time of many attempts nothing comes: no second farewell, no registration, no beat.
        const auto beats = m_link->core.beats().size();
        const auto isHeard = [&] {
            return m_link->core.goodbyes().size() > 1 || m_link->core.registrations().size() > before ||
                   m_link->core.beats().size() > beats;
        };
        QVERIFY(!QTest::qWaitFor(isHeard, 1'500));
        m_link->stop();
        QVERIFY(!isHeard());
    }

    void joinsAgainAsAnotherAgentWhenItsOwnerWantsIt()
    {
        m_link->agent.makeVm("web");
        m_link->start();
        EVENTUALLY(m_link->core.reports().size() == 1);
        QVERIFY(m_link->uplink().leave());
        EVENTUALLY(m_link->core.goodbyes().size() == 1);
        QVERIFY(m_link->status("problem").toString().contains(m_link->identityFile())); // how to
        m_link->stop();

        QVERIFY(QFile::remove(m_link->identityFile()));
        m_link->core.setAgentId("agent-2");
        m_link->core.setLastSequence(0);
        m_link->start();
        EVENTUALLY(m_link->core.reports().size() == 2);
        QCOMPARE(m_link->core.reports().back(), std::string("1 created web running")); // all is new to the cloud
        const auto all = m_link->core.registrations();
        QCOMPARE(all.back().identity().agent_id(), std::string());
        QVERIFY(all.back().installation_id() != all.front().installation_id());
        EVENTUALLY(m_link->status("agent_id").toString() == "agent-2");
        QVERIFY(m_link->status("problem").toString().isEmpty());
    }

    void staysPausedOverARestart()
    {
        m_link->core.stop(); // nobody needs it for that
        m_link->start();
        QVERIFY(m_link->uplink().setPaused(true));
        QVERIFY(m_link->uplink().setPaused(true));
        m_link->kill();
        m_link->start();
        QVERIFY(m_link->status("paused").toBool());
        m_link->core.start();
        EVENTUALLY(!m_link->core.beats().empty() && m_link->core.beats().back().paused());
    }

    void doesNotGuessWhoItWas()
    {
        m_link->start();
        EVENTUALLY(m_link->isConnected());
        m_link->stop();
        QFile file(m_link->identityFile());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{");
        file.close();
        const auto started = m_link->tryStart();
        QVERIFY(!started);
        QCOMPARE(started.error().code(), Code::FailedPrecondition);
        QVERIFY(started.error().text().contains(m_link->identityFile()));
    }
};

QTEST_GUILESS_MAIN(UplinkIdentityTest)
#include "UplinkIdentityTest.moc"
