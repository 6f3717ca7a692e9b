// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <mutex>

#include <QtCore/QTemporaryDir>
#include <QtNetwork/QLocalServer>
#include <QtNetwork/QLocalSocket>
#include <QtTest/QTest>

#include "TailnetWatch.h"

using namespace ghost;
using namespace ghost::uplink;
using namespace std::chrono_literals;

namespace {

/// Tailscale is in no Debian package: this is a socket that answers as tailscaled documents its LocalAPI.
class FakeTailscaled : public QObject
{
    Q_OBJECT
public:
    explicit FakeTailscaled(const QString &path)
    {
        if (!m_server.listen(path))
            qFatal("%s", qPrintable(m_server.errorString()));
        connect(&m_server, &QLocalServer::newConnection, this, [this] {
            QLocalSocket *socket = m_server.nextPendingConnection();
            connect(socket, &QLocalSocket::readyRead, this, [this, socket] {
                request += socket->readAll();
                if (!request.endsWith("\r\n\r\n") || answer.isNull())
                    return;
                socket->write(answer);
                socket->disconnectFromServer();
            });
        });
    }

    void say(const char *json)
    {
        answer = QByteArray("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n") + json;
    }

    QByteArray answer; ///< null: none
    QByteArray request;

private:
    QLocalServer m_server;
};

constexpr const char *running =
    R"({"Version":"1.56","BackendState":"Running","Self":{"Online":true,"TailscaleIPs":["100.64.0.5","fd7a:115c:a1e0::5"]}})";

} // namespace

class TailnetWatchTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::mutex m_mutex;
    QList<Tailnet> m_seen;

    QString path() const { return m_folder->filePath("tailscaled.sock"); }
    Tailnet last()
    {
        const std::lock_guard lock(m_mutex);
        return m_seen.isEmpty() ? Tailnet() : m_seen.last();
    }
    std::unique_ptr<TailnetWatch> watch()
    {
        return std::make_unique<TailnetWatch>(path(), 20ms, [this](const Tailnet &tailnet) {
            const std::lock_guard lock(m_mutex);
            m_seen.append(tailnet);
        });
    }

private Q_SLOTS:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_seen.clear();
    }

    void learnsItsAddressesFromTailscaled()
    {
        FakeTailscaled daemon(path());
        daemon.say(running);
        const auto watching = watch();
        QTRY_COMPARE(last().state, Tailnet::State::Up);
        QCOMPARE(last().addresses, QStringList({"100.64.0.5", "fd7a:115c:a1e0::5"}));
        QVERIFY(
            daemon.request.startsWith("GET /localapi/v0/status?peers=false HTTP/1.0\r\nHost: local-tailscaled.sock"));
    }

    void followsATailnetThatDropsAndComesBack()
    {
        FakeTailscaled daemon(path());
        daemon.say(running);
        const auto watching = watch();
        QTRY_COMPARE(last().state, Tailnet::State::Up);
        daemon.say(R"({"BackendState":"NeedsLogin","Self":{"TailscaleIPs":["100.64.0.5"]}})");
        QTRY_COMPARE(last().state, Tailnet::State::Down);
        QVERIFY(last().addresses.isEmpty());
        QVERIFY(last().reason.contains("NeedsLogin"));
        daemon.say(running);
        QTRY_COMPARE(last().state, Tailnet::State::Up);
        const std::lock_guard lock(m_mutex);
        QCOMPARE(m_seen.size(), 3); // each change once, however often it is looked at
    }

    void takesNonsenseForDown_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::newRow("no HTTP") << QByteArray("hello");
        QTest::newRow("refusal") << QByteArray("HTTP/1.0 403 Forbidden\r\n\r\nno");
        QTest::newRow("no JSON") << QByteArray("HTTP/1.0 200 OK\r\n\r\n<html>");
        QTest::newRow("other JSON") << QByteArray("HTTP/1.0 200 OK\r\n\r\n[1]");
        QTest::newRow("without end") << QByteArray(3 << 20, 'x');
    }
    void takesNonsenseForDown()
    {
        QFETCH(QByteArray, answer);
        FakeTailscaled daemon(path());
        daemon.answer = answer;
        const auto watching = watch();
        QTRY_COMPARE(last().state, Tailnet::State::Down);
        QVERIFY(!last().reason.isEmpty());
    }

    void waitsOnlySoLongForAHungOne()
    {
        FakeTailscaled daemon(path());
        const auto watching = watch();
        QTRY_COMPARE_WITH_TIMEOUT(last().state, Tailnet::State::Down, 10000);
    }

    void looksAtTheInterfacesWithoutTailscaled()
    {
        const auto watching = watch();
        const Tailnet here = tailnetOfInterfaces(); // whatever this machine has
        QTRY_COMPARE(last().state, here.state);
        QCOMPARE(last().addresses, here.addresses);
        QVERIFY(here.state == Tailnet::State::Absent || !here.addresses.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TailnetWatchTest)
#include "TailnetWatchTest.moc"
