// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonDocument>
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>

#include "support/Http.h"

using namespace ghost::e2e;

/// The pages of health and metrics, asked for by a real client.
class HttpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void tellsLiveReadyAndHealth();
    void isNotReadyWithoutAHypervisor();
    void countsVmsAndOperations();
    void forgetsARemovedVmAtTheNextScrape();
    void answersWhileTheDriverHangs();
    void namesWhoHasThePort();
    void saysWhereItListensOnlyWhileItRuns();
};

void HttpTest::initTestCase()
{
    if (QStandardPaths::findExecutable("curl").isEmpty())
        QSKIP("curl is not installed");
}

void HttpTest::tellsLiveReadyAndHealth()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    const QString health = endpoint(agent, "health");
    QVERIFY(!health.isEmpty());
    QCOMPARE(curl(health, "/livez").body, QByteArray("ok\n"));
    QCOMPARE(curl(health, "/readyz").status, 200);
    const Page head = curl(health, "/livez", {"--head"});
    QCOMPARE(head.status, 200);
    QVERIFY2(head.body.endsWith("\r\n\r\n"), head.body.constData()); // the headers alone
    const Page page = curl(health, "/health");
    QCOMPARE(page.status, 200);
    const QJsonObject report = QJsonDocument::fromJson(page.body).object();
    QVERIFY(!report["version"].toString().isEmpty());
    const QJsonObject check = report["checks"]["hypervisor-fake"].toObject();
    QCOMPARE(check["status"], "ready");
    QVERIFY(QDateTime::fromString(check["since"].toString(), Qt::ISODateWithMs).isValid());
    QVERIFY(!check.contains("reason"));
}

void HttpTest::isNotReadyWithoutAHypervisor()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(withHttp() + " --set settings.hypervisor-fake.activate=fail"),
             agent.standardError().constData());
    const QString health = endpoint(agent, "health");
    QCOMPARE(curl(health, "/livez").status, 200);
    QCOMPARE(curl(health, "/readyz").status, 503);
    const QJsonObject report = QJsonDocument::fromJson(curl(health, "/health").body).object();
    QCOMPARE(report["status"], "degraded");
    QCOMPARE(report["checks"]["hypervisor-fake"]["status"], "down");
    const QJsonObject check = report["checks"]["hypervisor-fake"].toObject();
    QVERIFY(check["reason"].toString().contains("the test wanted activate to fail"));
    QVERIFY(QDateTime::fromString(check["since"].toString(), Qt::ISODateWithMs).isValid());
}

void HttpTest::countsVmsAndOperations()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    for (int number = 1; number <= 3; ++number)
        QCOMPARE(agent.ctl().run(QString("vm create --name vm-%1").arg(number)).exitCode, 0);
    QCOMPARE(agent.ctl().run("vm stop vm-3").exitCode, 0);
    QVERIFY(agent.ctl().run("vm start vm-1").exitCode != 0); // it runs already
    const QByteArray text = curl(endpoint(agent, "metrics"), "/metrics").body;
    QVERIFY(text.contains("\nghost_vms{state=\"running\"} 2\n"));
    QVERIFY(text.contains("\nghost_vms{state=\"stopped\"} 1\n"));
    QVERIFY(text.contains("\nghost_operation_duration_seconds_count{command=\"CreateVM\",code=\"OK\"} 3\n"));
    QVERIFY(text.contains("\nghost_operation_duration_seconds_count{command=\"StopVM\",code=\"OK\"} 1\n"));
    const QByteArray labels = "{vm=\"vm-1\",vm_id=\"" + agent.ctl().vm("vm-1")["id"].toString().toLatin1() + "\"} ";
    for (const char *metric : {"cpu_seconds_total", "memory_resident_bytes", "disk_read_bytes_total",
                               "disk_written_bytes_total", "network_received_bytes_total", "network_sent_bytes_total"})
        QVERIFY2(text.contains("\nghost_vm_" + QByteArray(metric) + labels), metric);
    QVERIFY2(!text.contains("ghost_vm_cpu_seconds_total{vm=\"vm-3\""), "a stopped VM has no counters");
}

void HttpTest::forgetsARemovedVmAtTheNextScrape()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("vm create --name gone").exitCode, 0);
    const QString metrics = endpoint(agent, "metrics");
    QVERIFY(curl(metrics, "/metrics").body.contains("vm=\"gone\""));
    QCOMPARE(agent.ctl().run("vm delete gone --force").exitCode, 0);
    QVERIFY(!curl(metrics, "/metrics").body.contains("vm=\"gone\""));
}

void HttpTest::answersWhileTheDriverHangs()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    QCOMPARE(agent.ctl().run("vm create --name a").exitCode, 0);
    const QString metrics = endpoint(agent, "metrics");
    QVERIFY(curl(metrics, "/metrics").body.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 0\n"));

    agent.setFaults({{"usage", QJsonObject{{"hang_ms", 8'000}, {"deaf", true}}}});
    for (int scrape = 0; scrape < 6; ++scrape) { // more than the driver has threads for questions
        const Page page = curl(metrics, "/metrics");
        QCOMPARE(page.status, 200);
        QVERIFY2(page.elapsedMilliseconds < 3'000, qPrintable(QString::number(page.elapsedMilliseconds)));
        QVERIFY(page.body.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
        QVERIFY(page.body.contains("ghost_vm_usage_age_seconds{plugin=\"hypervisor-fake\"} "));
        QVERIFY(page.body.contains("ghost_vms{state=\"running\"} 1\n"));
    }
    QCOMPARE(curl(endpoint(agent, "health"), "/livez").status, 200);
    QCOMPARE(agent.ctl().run("vm stop a").exitCode, 0); // the hung question holds up nothing else
    const QByteArray stopped = curl(metrics, "/metrics").body;
    QVERIFY(stopped.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
    QVERIFY2(!stopped.contains("ghost_vm_cpu_seconds_total{vm=\"a\""), "a VM that was stopped meanwhile has none");
    agent.setFaults({});
    QVERIFY(waitUntil(seconds(15), [&] {
        return curl(metrics, "/metrics").body.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 0\n");
    }));
}

void HttpTest::namesWhoHasThePort()
{
    AgentProcess first(fakeConfig());
    QVERIFY2(first.start(withHttp()), first.standardError().constData());
    const QString taken = endpoint(first, "health");
    AgentProcess second(fakeConfig());
    QVERIFY2(second.start(withHttp() + " --set settings.http-health.listen=" + taken),
             second.standardError().constData());
    const QString expected =
        QString("port %1 is in use by process %2 (ghost-agent)").arg(taken.section(':', 1)).arg(first.pid());
    QVERIFY(waitUntil(seconds(10), [&] { return second.log().contains(expected.toUtf8()); }));
    QVERIFY(!endpoint(second, "metrics").isEmpty()); // the rest goes on
    QVERIFY(second.ctl().run("plugin info http-health").out.contains(expected.toUtf8()));
}

void HttpTest::saysWhereItListensOnlyWhileItRuns()
{
    AgentProcess agent(fakeConfig());
    QVERIFY2(agent.start(withHttp()), agent.standardError().constData());
    const QString health = endpoint(agent, "health");
    QCOMPARE(agent.terminate(), 0);
    QVERIFY(!QFile::exists(agent.path("run/endpoints.json")));
    QVERIFY(!RawConnection(health).isConnected());
}

QTEST_GUILESS_MAIN(HttpTest)
#include "HttpTest.moc"
