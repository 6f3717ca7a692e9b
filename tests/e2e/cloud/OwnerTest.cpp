// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "CloudAgent.h"
#include "CoreProcess.h"
#include "TeeProxy.h"
#include "TestCore.h"

using namespace ghost::e2e;
using ghost::cloud::CoreProcess;
using ghost::cloud::TestOperator;
namespace v1 = ghost::cloud::v1;

/// What the owner says goes, through the real agent, uplink and Core; the operator has the real ghostctl.
class OwnerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void pausesWithTheNetworkDown();
    void allowsOnlyWhatItWants();
    void isNotContradictedUnseen();
    void leavesAndJoinsAgain();

private:
    Outcome operatorSays(const QString &line) const;
    QJsonObject status() const { return m_agent->ctl().run("cloud status -o json").object(); }
    QString vmState() const { return m_agent->ctl().vm("web")["state"].toString(); }
    bool isTold() { return pictureOf(*m_cloud, m_cloud->agent().id()) == pictureOf(*m_agent); }

    std::unique_ptr<CoreProcess> m_core;
    std::unique_ptr<TeeProxy> m_link;
    std::unique_ptr<TestOperator> m_cloud;
    std::unique_ptr<AgentProcess> m_agent;
};

void OwnerTest::init()
{
    m_core = std::make_unique<CoreProcess>();
    QVERIFY2(m_core->start({"--interval", "1"}), m_core->standardError().constData());
    m_cloud = std::make_unique<TestOperator>(ghost::cloud::ownChannel(m_core->place()));
    m_link = std::make_unique<TeeProxy>(m_core->place().section(':', 1).toUShort());
    const QByteArray config = cloudConfig(QString("127.0.0.1:%1").arg(m_link->port()), "home");
    m_agent = std::make_unique<AgentProcess>(QByteArray(config).replace(", delete]", "]"));
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    QCOMPARE(m_agent->ctl().run("vm create --name web").exitCode, 0);
    QVERIFY(waitUntil(seconds(20), [this] { return m_cloud->vms().size() == 1 && isTold(); }));
}

void OwnerTest::cleanup()
{
    m_agent.reset();
    m_cloud.reset();
    m_link.reset();
    m_core.reset();
}

Outcome OwnerTest::operatorSays(const QString &line) const
{
    RunningGhostctl run(qEnvironmentVariable("GHOST_BIN_DIR") + "/ghostctl",
                        QStringList{"--cloud", m_core->place()} + QProcess::splitCommand(line));
    return run.finish();
}

void OwnerTest::pausesWithTheNetworkDown()
{
    m_link->cut();
    QVERIFY(waitUntil(seconds(20), [this] { return status()["state"].toString() == "unreachable"; }));
    QCOMPARE(m_agent->ctl().run("cloud pause").exitCode, 0);
    const Outcome given = operatorSays("command stop web --force --agent home -o json");
    QVERIFY2(given.exitCode == 0, given.text().constData());
    const std::string command = given.object().value("command").toObject().value("id").toString().toStdString();
    m_link->heal();
    QVERIFY(waitUntil(seconds(30), [this] { return m_cloud->agent().paused(); }));
    QVERIFY(status()["paused"].toBool());
    QVERIFY(m_cloud->command(command).state() != v1::COMMAND_STATE_ENDED);
    QCOMPARE(vmState(), "running");

    QCOMPARE(m_agent->ctl().run("cloud resume").exitCode, 0);
    QVERIFY(waitUntil(seconds(30), [&] { return m_cloud->command(command).state() == v1::COMMAND_STATE_ENDED; }));
    const v1::CommandResult result = m_cloud->command(command).result();
    QVERIFY2(!result.has_error(), result.error().message().c_str());
    QCOMPARE(vmState(), "stopped");
}

void OwnerTest::allowsOnlyWhatItWants()
{
    const Outcome refused = operatorSays("command delete web --force --agent home --wait");
    QVERIFY2(refused.exitCode != 0 && refused.err.contains("does not let the cloud delete"),
             refused.text().constData());
    QCOMPARE(vmState(), "running");
    const Outcome done = operatorSays("command stop web --force --agent home --wait");
    QVERIFY2(done.exitCode == 0, done.text().constData());
    QCOMPARE(vmState(), "stopped");
}

void OwnerTest::isNotContradictedUnseen()
{
    m_link->cut();
    QCOMPARE(m_agent->ctl().run("vm stop --force web").exitCode, 0);
    // The cloud shows it running, and that is what its operator goes by.
    const QString restart = "command restart web --force --agent home -o json";
    const std::string early =
        operatorSays(restart).object().value("command").toObject().value("id").toString().toStdString();
    QVERIFY(!early.empty() && m_cloud->command(early).command().state_generation() > 0);
    m_link->heal();
    QVERIFY(waitUntil(seconds(30), [&] { return m_cloud->command(early).state() == v1::COMMAND_STATE_ENDED; }));
    QCOMPARE(m_cloud->command(early).result().error().code(), ghost::agent::v1::ERROR_CODE_FAILED_PRECONDITION);
    QCOMPARE(vmState(), "stopped");

    QVERIFY(waitUntil(seconds(30), [this] { return isTold(); }));
    const Outcome again = operatorSays("command start web --agent home --wait");
    QVERIFY2(again.exitCode == 0, again.text().constData());
    QCOMPARE(vmState(), "running");
}

void OwnerTest::leavesAndJoinsAgain()
{
    const std::string before = m_cloud->agent().id();
    QVERIFY(m_agent->ctl().run("cloud leave").exitCode != 0); // without --yes
    QCOMPARE(m_agent->ctl().run("cloud leave --yes").exitCode, 0);
    QVERIFY(waitUntil(seconds(20), [this] { return m_cloud->agent().state() == v1::AGENT_STATE_LEFT; }));
    QCOMPARE(m_cloud->agent().left_because(), v1::UNREGISTER_REASON_LEAVE);
    QVERIFY(m_cloud->vms().empty());
    QCOMPARE(vmState(), "running");
    QCOMPARE(m_agent->terminate(), 0);
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    QCOMPARE(status()["state"].toString(), "left");

    QCOMPARE(m_agent->terminate(), 0);
    QVERIFY(QFile::remove(m_agent->path("data/plugins/uplink-cloud/identity.json")));
    QVERIFY2(m_agent->start(), m_agent->standardError().constData());
    QVERIFY(waitUntil(seconds(20), [this] { return m_cloud->vms().size() == 1; }));
    QCOMPARE(m_cloud->agents().size(), size_t(2));
    const std::string after = m_cloud->vms().front().agent_id();
    QVERIFY(after != before);
    QVERIFY(waitUntil(seconds(20), [&] { return pictureOf(*m_cloud, after) == pictureOf(*m_agent); }));
}

QTEST_GUILESS_MAIN(OwnerTest)
#include "OwnerTest.moc"
