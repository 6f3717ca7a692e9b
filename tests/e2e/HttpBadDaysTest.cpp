// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include <QtCore/QStandardPaths>
#include <QtCore/QTemporaryFile>
#include <QtTest/QTest>
#include <sys/resource.h>

#include "support/Http.h"

using namespace ghost::e2e;

/// Clients that mean no good: they are closed, cost next to no memory, and keep nobody else out.
class HttpBadDaysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void cleanupTestCase() { m_agent.reset(); }
    void aBodyOf300Megabytes_data() { endpoints(); }
    void aBodyOf300Megabytes();
    void aChunkedBodyOf300Megabytes_data() { endpoints(); }
    void aChunkedBodyOf300Megabytes();
    void headersOf50Megabytes_data() { endpoints(); }
    void headersOf50Megabytes();
    void halfARequest_data() { endpoints(); }
    void halfARequest();
    void idleConnections_data() { endpoints(); }
    void idleConnections();
    void requestsWithoutEnd_data() { endpoints(); }
    void requestsWithoutEnd();

private:
    static void endpoints();
    void answersStill() const;

    static constexpr qint64 allowedKilobytes = 5LL * 1024;
    std::unique_ptr<AgentProcess> m_agent;
    QString m_address;
    QString m_path;
    std::unique_ptr<MemoryGrowth> m_growth;
};

void HttpBadDaysTest::endpoints()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("page");
    QTest::newRow("health") << "health"
                            << "/health";
    QTest::newRow("metrics") << "metrics"
                             << "/metrics";
}

void HttpBadDaysTest::initTestCase()
{
    if (QStandardPaths::findExecutable("curl").isEmpty())
        QSKIP("curl is not installed");
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    m_agent = std::make_unique<AgentProcess>(fakeConfig());
    QVERIFY2(m_agent->start(withHttp()), m_agent->standardError().constData());
}

void HttpBadDaysTest::init()
{
    QFETCH(QString, name);
    QFETCH(QString, page);
    m_path = page;
    m_address = endpoint(*m_agent, name);
    answersStill(); // what a first answer needs is no growth
    m_growth = std::make_unique<MemoryGrowth>(m_agent->pid());
}

void HttpBadDaysTest::cleanup()
{
    if (!m_growth)
        return;
    const qint64 grown = std::exchange(m_growth, {})->peakKilobytes();
    qInfo("memory grew by %lld KiB at most", grown);
    QVERIFY2(grown <= allowedKilobytes, qPrintable(QString::number(grown)));
    QVERIFY(m_agent->isRunning());
    answersStill();
    QVERIFY2(!m_agent->log().contains("device not open"), "somebody read from a closed connection");
}

void HttpBadDaysTest::answersStill() const
{
    const Page page = curl(m_address, m_path);
    QCOMPARE(page.curlExit, 0);
    QCOMPARE(page.status, 200);
    QVERIFY(page.elapsedMilliseconds < 5'000);
}

void HttpBadDaysTest::aBodyOf300Megabytes()
{
    QTemporaryFile body;
    QVERIFY(body.open() && body.resize(300'000'000));
    const Page page = curl(m_address, m_path, {"-X", "POST", "-H", "Expect:", "-T", body.fileName()});
    QVERIFY(page.curlExit != 0);
    QVERIFY(page.elapsedMilliseconds < 15'000);
}

void HttpBadDaysTest::aChunkedBodyOf300Megabytes()
{
    const RawConnection connection(m_address);
    QVERIFY(connection.send("POST " + m_path.toLatin1() + " HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
    const QByteArray chunk = "100000\r\n" + QByteArray(1 << 20, 'x') + "\r\n";
    int sent = 0;
    while (sent < 300 && connection.send(chunk))
        ++sent;
    QVERIFY2(sent < 300, "it took everything");
}

void HttpBadDaysTest::headersOf50Megabytes()
{
    const RawConnection connection(m_address);
    QVERIFY(connection.send("GET " + m_path.toLatin1() + " HTTP/1.1\r\n"));
    const QByteArray header = "X-Long: " + QByteArray(1000, 'x') + "\r\n";
    int sent = 0;
    while (sent < 50'000 && connection.send(header))
        ++sent;
    QVERIFY2(sent < 50'000, "it took everything");
}

void HttpBadDaysTest::halfARequest()
{
    std::vector<RawConnection> halves;
    for (int i = 0; i < 64; ++i) {
        halves.emplace_back(m_address);
        QVERIFY(halves.back().send("GET " + m_path.toLatin1() + " HTTP/1.1\r\nHo"));
    }
    answersStill(); // although all its places are taken
    QElapsedTimer clock;
    clock.start();
    for (const RawConnection &half : halves)
        QVERIFY(half.isClosedWithin(seconds(15)));
    qInfo("the last one was closed after %lld ms", clock.elapsed());
    QVERIFY(clock.elapsed() < 13'000);
}

void HttpBadDaysTest::idleConnections()
{
    std::vector<RawConnection> idle;
    for (int i = 0; i < 900; ++i) {
        idle.emplace_back(m_address);
        QVERIFY(idle.back().isConnected());
    }
    answersStill();
    QElapsedTimer clock;
    clock.start();
    for (const RawConnection &connection : idle)
        QVERIFY(connection.isClosedWithin(seconds(15)));
    qInfo("the last one was closed after %lld ms", clock.elapsed());
    QVERIFY(clock.elapsed() < 13'000);
}

void HttpBadDaysTest::requestsWithoutEnd()
{
    // Each asks again and again and never reads.
    std::vector<RawConnection> clients;
    for (int i = 0; i < 60; ++i)
        clients.emplace_back(m_address);
    const QByteArray request = "GET " + m_path.toLatin1() + " HTTP/1.1\r\n\r\n";
    for (int round = 0; round < 200; ++round)
        for (const RawConnection &client : clients)
            static_cast<void>(client.send(request)); // it may be closed already
    for (const RawConnection &client : clients)
        QVERIFY(client.isClosedWithin(seconds(15)));
}

QTEST_GUILESS_MAIN(HttpBadDaysTest)
#include "HttpBadDaysTest.moc"
