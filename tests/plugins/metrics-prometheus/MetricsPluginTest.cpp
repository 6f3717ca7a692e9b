// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <vector>

#include <QtCore/QCborArray>
#include <QtCore/QElapsedTimer>
#include <QtTest/QTest>

#include "http/HttpPlugin.h"

using namespace ghost;

namespace {

const QString fake = QStringLiteral("hypervisor-fake");
const QByteArray scrape = "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n";

} // namespace

class MetricsPluginTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<HttpPlugin> m_plugin;
    Vm m_vm;

    QCborMap usage(qint64 received) const
    {
        return {{QStringLiteral("usages"), QCborArray{QCborMap{{QStringLiteral("vm"), m_vm.id().toString()},
                                                               {QStringLiteral("network_received_bytes"), received}}}}};
    }

private Q_SLOTS:
    void init()
    {
        m_plugin = std::make_unique<HttpPlugin>(QStringLiteral("metrics-prometheus"), QStringLiteral("metrics"));
        m_vm = Vm();
        m_vm.setId(VmId::create());
        m_vm.setName(QStringLiteral("a"));
        m_vm.setState(VmState::Running);
        m_vm.setHypervisor(fake);
        m_plugin->agent.edit([&](State &state) {
            state.setPlugins({pluginStatus(fake, QStringLiteral("Hypervisor"), Health(Health::Status::Ready, {}))});
            state.putVm(m_vm);
        });
        m_plugin->agent.answer(fake, usage(77));
        m_plugin->start();
    }
    void cleanup() { m_plugin.reset(); }

    void servesItsPage()
    {
        const HttpAnswer answer = m_plugin->get("/metrics");
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.headers.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
        QVERIFY(answer.body.contains("ghost_build_info{version=\"1.2.3\""));
        QVERIFY(answer.body.contains("ghost_vm_network_received_bytes_total{vm=\"a\",vm_id=\"" +
                                     m_vm.id().toString().toLatin1() + "\"} 77\n"));
        QVERIFY(answer.body.contains("\nprocess_open_fds "));
        QVERIFY(answer.body.contains("ghost_metrics_connections_refused_total{reason=\"crowded\"} 0\n"));
        QCOMPARE(m_plugin->get("/").status, 404);
        QCOMPARE(m_plugin->get("/metrics", "PUT").status, 405);
    }

    void answersHeadWithoutThePage()
    {
        const HttpAnswer head = m_plugin->get("/metrics", "HEAD");
        QCOMPARE(head.status, 200);
        QVERIFY(head.headers.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8"));
        QVERIFY(head.headers.contains("Content-Length: ") && !head.headers.contains("Content-Length: 0"));
        QCOMPARE(head.body, QByteArray());
        QCOMPARE(m_plugin->get("/", "HEAD").status, 404);
        QCOMPARE(m_plugin->get("/", "HEAD").body, QByteArray());
        QVERIFY(m_plugin->get("/metrics", "PUT").headers.contains("Allow: GET, HEAD"));
    }

    void dropsTheSeriesOfARemovedVmAtTheNextScrape()
    {
        QVERIFY(m_plugin->get("/metrics").body.contains("vm=\"a\""));
        m_plugin->agent.edit([&](State &state) { state.dropVm(m_vm.id()); });
        QVERIFY(!m_plugin->get("/metrics").body.contains("vm=\"a\""));
    }

    void answersInTimeWhileAHypervisorHangs()
    {
        QCOMPARE(m_plugin->get("/metrics").status, 200);
        m_plugin->agent.hang(fake);
        QElapsedTimer clock;
        clock.start();
        const HttpAnswer first = m_plugin->get("/metrics");
        QVERIFY(clock.elapsed() < 3'000);
        QVERIFY(first.body.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
        QVERIFY(first.body.contains("} 77\n"));
        clock.start();
        QVERIFY(m_plugin->get("/metrics").body.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
        QVERIFY2(clock.elapsed() < 900, "it waited for a question that is known to hang");
        QCOMPARE(m_plugin->agent.asked(fake), 2);

        m_plugin->agent.answer(fake, usage(78));
        const HttpAnswer last = m_plugin->get("/metrics");
        QVERIFY(last.body.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 0\n"));
        QVERIFY(last.body.contains("} 78\n"));
    }

    void answersAllWhoAskAtOnce()
    {
        m_plugin->agent.hang(fake);
        std::vector<std::unique_ptr<QTcpSocket>> clients;
        for (int i = 0; i < 30; ++i)
            clients.push_back(m_plugin->send(scrape));
        QElapsedTimer clock;
        clock.start();
        for (const auto &client : clients)
            QCOMPARE(HttpPlugin::receive(*client).status, 200);
        QVERIFY(clock.elapsed() < 3'000);
        QCOMPARE(m_plugin->agent.asked(fake), 1);
    }

    void bearsAClientThatIsGoneBeforeItsAnswer()
    {
        m_plugin->agent.hang(fake);
        auto impatient = m_plugin->send(scrape);
        QTRY_COMPARE(m_plugin->agent.asked(fake), 1);
        const auto patient = m_plugin->send(scrape);
        impatient->abort();
        impatient.reset();
        QCOMPARE(HttpPlugin::receive(*patient).status, 200);
        QCOMPARE(m_plugin->get("/metrics").status, 200);
    }

    void bearsAClientThatAsksAgainBeforeItsAnswer()
    {
        m_plugin->agent.hang(fake);
        const auto client = m_plugin->send(scrape);
        QTRY_COMPARE(m_plugin->agent.asked(fake), 1);
        for (int i = 0; i < 300; ++i) {
            client->write(scrape);
            client->flush();
        }
        QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
        QCOMPARE(m_plugin->get("/metrics").status, 200);
    }

    void closesWhileAScrapeWaits()
    {
        m_plugin->agent.hang(fake);
        const auto client = m_plugin->send(scrape);
        QTRY_COMPARE(m_plugin->agent.asked(fake), 1);
        QElapsedTimer clock;
        clock.start();
        m_plugin->close();
        QVERIFY(clock.elapsed() < 500);
        QCOMPARE(m_plugin->agent.subscriptions(), std::size_t(0));
        QTRY_COMPARE(client->state(), QAbstractSocket::UnconnectedState);
        m_plugin->agent.answer(fake, usage(1));
        QVERIFY(m_plugin->address().isEmpty());
    }

    void opensWithinItsHundredMilliseconds()
    {
        m_plugin->close();
        QVERIFY(m_plugin->activate());
        QElapsedTimer clock;
        clock.start();
        QVERIFY(m_plugin->open());
        QVERIFY(clock.elapsed() < 100);
    }
};

QTEST_GUILESS_MAIN(MetricsPluginTest)
#include "MetricsPluginTest.moc"
