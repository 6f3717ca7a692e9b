// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "FakeServer.h"
#include "Ghostctl.h"
#include "ghost/proto/Status.h"

using ghost::Code;
using ghost::Error;
namespace v1 = ghost::agent::v1;

class CloudVerbsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void statusShowsHowItStands();
    void statusWritesJson();
    void aTieThatHasNeverWorkedSaysSo();
    void pauseAndResumeAreSaid();
    void leaveAsksFirst();
    void withoutACloudEachSaysSo_data();
    void withoutACloudEachSaysSo();
};

void CloudVerbsTest::statusShowsHowItStands()
{
    FakeServer server;
    v1::CloudStatus &status = server.cloud;
    status.set_state(v1::CLOUD_STATE_UNREACHABLE);
    status.set_paused(true);
    status.set_problem("no answer\x1b[2J");
    status.set_endpoint("100.64.0.1:8080");
    status.set_agent_id("agent-1");
    status.mutable_last_success()->set_seconds(QDateTime::currentSecsSinceEpoch() - 3LL * 3600);
    status.set_latency_milliseconds(12);
    status.set_interval_seconds(30);
    status.set_outbox_reports(4);
    status.set_pending_commands(1);
    status.add_allowed_commands("start");
    status.add_allowed_commands("stop");
    status.add_addresses("100.64.0.5");
    status.set_tailnet("down");
    status.set_heartbeats_total(120);
    status.set_heartbeats_failed_total(3);
    const auto outcome = Ghostctl::run({"--root", server.root(), "cloud", "status"});
    QCOMPARE(outcome.exitCode, 0);
    QCOMPARE(outcome.out, QString("state      unreachable, paused\n"
                                  "problem    no answer\\x1b[2J\n"
                                  "endpoint   100.64.0.1:8080\n"
                                  "identity   agent-1\n"
                                  "answered   3h 0m ago\n"
                                  "asked      never\n"
                                  "beats      120 sent, 3 failed, one every 30 s; the last took 12 ms\n"
                                  "stream     closed: commands come with the beat\n"
                                  "reports    4 waiting\n"
                                  "commands   1 pending\n"
                                  "allowed    start, stop\n"
                                  "addresses  100.64.0.5\n"
                                  "tailnet    down\n"));
}

void CloudVerbsTest::statusWritesJson()
{
    FakeServer server;
    server.cloud.set_state(v1::CLOUD_STATE_CONNECTED);
    server.cloud.set_stream_open(true);
    const auto outcome = Ghostctl::run({"--root", server.root(), "cloud", "status", "-o", "json"});
    const QJsonDocument json = QJsonDocument::fromJson(outcome.out.toUtf8());
    QCOMPARE(json["state"].toString(), "connected");
    QCOMPARE(json["paused"].toBool(true), false);
    QCOMPARE(json["stream_open"].toBool(), true);
}

void CloudVerbsTest::aTieThatHasNeverWorkedSaysSo()
{
    FakeServer server;
    server.cloud.set_state(v1::CLOUD_STATE_REGISTERING);
    const auto outcome = Ghostctl::run({"--root", server.root(), "cloud", "status"});
    QVERIFY2(outcome.out.startsWith("state     registering\n"), qPrintable(outcome.out));
    QVERIFY(outcome.out.contains("answered  never\n"));
    QVERIFY(outcome.out.contains("allowed   no command\n"));
}

void CloudVerbsTest::pauseAndResumeAreSaid()
{
    FakeServer server;
    server.operation = {FakeServer::ended(v1::OPERATION_STATUS_SUCCEEDED)};
    const QStringList cloud{"--root", server.root(), "cloud"};
    const auto paused = Ghostctl::run(cloud + QStringList{"pause"});
    QCOMPARE(paused.exitCode, 0);
    QCOMPARE(paused.out, QString("paused: no command of the cloud begins until ghostctl cloud resume\n"));
    QCOMPARE(Ghostctl::run(cloud + QStringList{"resume"}).out, QString("resumed\n"));
    QCOMPARE(server.cloudCalls(), (QStringList{"PauseCloud", "ResumeCloud"}));
    const auto json = Ghostctl::run(cloud + QStringList{"pause", "-o", "json"});
    QVERIFY(!QJsonDocument::fromJson(json.out.toUtf8())["operation_id"].toString().isEmpty());
}

void CloudVerbsTest::leaveAsksFirst()
{
    FakeServer server;
    server.cloud.set_agent_id("agent-1");
    server.cloud.set_endpoint("100.64.0.1:8080");
    server.operation = {FakeServer::ended(v1::OPERATION_STATUS_SUCCEEDED)};
    const QStringList leave{"--root", server.root(), "cloud", "leave"};
    const auto refused = Ghostctl::run(leave);
    QCOMPARE(refused.exitCode, 13);
    QCOMPARE(refused.err,
             QString("ghostctl: cloud leave: this ends the agent's identity agent-1 at 100.64.0.1:8080 for good; the "
                     "VMs stay (if that is what you want: ghostctl cloud leave --yes)\n"));
    QCOMPARE(server.cloudCalls(), QStringList());
    const auto left = Ghostctl::run(leave + QStringList{"--yes"});
    QCOMPARE(left.exitCode, 0);
    QCOMPARE(left.out, QString("left the cloud; the VMs stay\n"));
    QCOMPARE(server.cloudCalls(), QStringList{"LeaveCloud"});
}

void CloudVerbsTest::withoutACloudEachSaysSo_data()
{
    QTest::addColumn<QStringList>("words");
    for (const char *words : {"status", "pause", "resume", "leave", "leave --yes"})
        QTest::newRow(words) << QString(words).split(' ');
}

void CloudVerbsTest::withoutACloudEachSaysSo()
{
    QFETCH(QStringList, words);
    FakeServer server;
    server.refusal = ghost::toStatus(Error(Code::FailedPrecondition, "no cloud is configured"));
    const auto outcome = Ghostctl::run(QStringList{"--root", server.root(), "cloud"} + words);
    QCOMPARE(outcome.exitCode, 13);
    QCOMPARE(outcome.err, QString("ghostctl: cloud %1: no cloud is configured\n").arg(words.first()));
}

QTEST_GUILESS_MAIN(CloudVerbsTest)
#include "CloudVerbsTest.moc"
