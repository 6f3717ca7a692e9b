// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include "http/HttpPlugin.h"

using namespace ghost;

class HealthPluginTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<HttpPlugin> m_plugin;

    void setHypervisor(Health::Status status)
    {
        m_plugin->agent.edit([&](State &state) {
            state.setPlugins({pluginStatus(QStringLiteral("hypervisor-libvirt"), QStringLiteral("Hypervisor"),
                                           Health(status, QStringLiteral("why")))});
        });
    }

private Q_SLOTS:
    void init() { m_plugin = std::make_unique<HttpPlugin>(QStringLiteral("http-health"), QStringLiteral("health")); }
    void cleanup() { m_plugin.reset(); }

    void livesWithoutAnyHypervisor()
    {
        m_plugin->start();
        const HttpAnswer answer = m_plugin->get("/livez");
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.body, QByteArray("ok\n"));
        QVERIFY(answer.headers.contains("Connection: close"));
    }

    void isReadyWithAHypervisor()
    {
        m_plugin->start();
        QCOMPARE(m_plugin->get("/readyz").status, 503);
        setHypervisor(Health::Status::Ready);
        QCOMPARE(m_plugin->get("/readyz").status, 200);
        setHypervisor(Health::Status::Down);
        QCOMPARE(m_plugin->get("/readyz").status, 503);
    }

    void reportsInJson()
    {
        m_plugin->start();
        setHypervisor(Health::Status::Down);
        const HttpAnswer answer = m_plugin->get("/health");
        QCOMPARE(answer.status, 200);
        QVERIFY(answer.headers.contains("Content-Type: application/json"));
        const QJsonObject report = QJsonDocument::fromJson(answer.body).object();
        QCOMPARE(report[QStringLiteral("version")], QStringLiteral("1.2.3"));
        QCOMPARE(report[QStringLiteral("checks")][QStringLiteral("hypervisor-libvirt")][QStringLiteral("reason")],
                 QStringLiteral("why"));
    }

    void saysWhatThereIs()
    {
        m_plugin->start();
        const HttpAnswer nowhere = m_plugin->get("/");
        QCOMPARE(nowhere.status, 404);
        QVERIFY(nowhere.body.contains("/livez /readyz /health"));
        const HttpAnswer post = m_plugin->get("/livez", "POST");
        QCOMPARE(post.status, 405);
        QVERIFY(post.headers.contains("Allow: GET, HEAD"));
    }

    void answersHeadAsGetButForTheContent_data()
    {
        QTest::addColumn<QByteArray>("path");
        for (const char *path : {"/livez", "/readyz", "/health", "/nowhere"})
            QTest::newRow(path) << QByteArray(path);
    }
    void answersHeadAsGetButForTheContent()
    {
        QFETCH(const QByteArray, path);
        m_plugin->start();
        const HttpAnswer get = m_plugin->get(path);
        const HttpAnswer head = m_plugin->get(path, "HEAD");
        QCOMPARE(head.status, get.status);
        QCOMPARE(head.headers, get.headers);
        QVERIFY(head.headers.contains("Content-Length: " + QByteArray::number(get.body.size())));
        QCOMPARE(head.body, QByteArray());
    }

    void survivesWhatIsNotHttp_data()
    {
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("no HTTP") << QByteArray("hello\r\n\r\n");
        QTest::newRow("TLS") << QByteArray("\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 11);
        QTest::newRow("zeros") << QByteArray(64, '\0') + "\r\n\r\n";
        QTest::newRow("a chunk of negative size")
            << QByteArray("POST /livez HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n0\r\n\r\n");
        QTest::newRow("a body of negative size") << QByteArray("POST /livez HTTP/1.1\r\nContent-Length: -1\r\n\r\nx");
        QTest::newRow("an enormous body")
            << QByteArray("POST /livez HTTP/1.1\r\nContent-Length: 18446744073709551615\r\n\r\nx");
        QTest::newRow("an upgrade") << QByteArray(
            "GET /livez HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        QTest::newRow("a path of nonsense") << QByteArray("GET /%zz/../\\ HTTP/1.1\r\n\r\n");
    }
    void survivesWhatIsNotHttp()
    {
        QFETCH(QByteArray, said);
        m_plugin->start();
        const auto socket = m_plugin->send(said);
        QVERIFY(socket->waitForBytesWritten(5'000));
        QCOMPARE(m_plugin->get("/livez").status, 200);
    }

    void listensOnlyWhileItIsOpen()
    {
        m_plugin->start();
        const QString address = m_plugin->address();
        QVERIFY(!address.isEmpty());
        m_plugin->close();
        QVERIFY(m_plugin->address().isEmpty());
        QVERIFY(m_plugin->activate(address));
        QVERIFY(m_plugin->open());
        QCOMPARE(m_plugin->address(), address);
    }

    void namesWhoHasThePort()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        QVERIFY(m_plugin->activate(QStringLiteral("127.0.0.1:%1").arg(other.serverPort())));
        const auto opened = m_plugin->open();
        QVERIFY(!opened);
        QVERIFY(opened.error().message().contains(QString::number(other.serverPort())));
        QVERIFY(opened.error().message().contains(QStringLiteral("HealthPluginTes")));
        QCOMPARE(m_plugin->context.health().status(), Health::Status::Down);
    }

    void refusesAWrongAddress()
    {
        const auto activated = m_plugin->activate(QStringLiteral("everywhere"));
        QVERIFY(!activated);
        QCOMPARE(activated.error().code(), Code::InvalidArgument);
        QCOMPARE(activated.error().field(), QStringLiteral("listen"));
    }
};

QTEST_GUILESS_MAIN(HealthPluginTest)
#include "HealthPluginTest.moc"
