// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <vector>

#include <QtNetwork/QTcpSocket>
#include <QtTest/QTest>
#include <sys/resource.h>
#include <unistd.h>

#include "http/BoundedTcpServer.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

/// Reads everything as QHttpServer does, and answers at the first blank line.
class Reader : public QObject
{
public:
    explicit Reader(QTcpServer &server, const QByteArray &answer = "ok")
    {
        connect(&server, &QTcpServer::newConnection, this, [this, &server, answer] {
            while (QTcpSocket *socket = server.nextPendingConnection())
                connect(socket, &QIODevice::readyRead, this, [this, socket, answer] {
                    const QByteArray bytes = socket->readAll();
                    m_seenBytes += bytes.size();
                    if (bytes.contains("\r\n\r\n"))
                        socket->write(answer);
                });
        });
    }
    qint64 seenBytes() const { return m_seenBytes; }

private:
    qint64 m_seenBytes = 0;
};

std::unique_ptr<QTcpSocket> connectTo(const BoundedTcpServer &server)
{
    auto socket = std::make_unique<QTcpSocket>();
    socket->connectToHost(server.serverAddress(), server.serverPort());
    return socket;
}

bool isClosed(const QTcpSocket &socket)
{
    return socket.state() == QAbstractSocket::UnconnectedState;
}

QByteArray received(QTcpSocket &socket)
{
    return socket.isOpen() ? socket.readAll() : QByteArray();
}

constexpr qint64 limitBytes = qint64(16) << 10;

} // namespace

class BoundedTcpServerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersOnceAndCloses()
    {
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server);
        const auto client = connectTo(server);
        client->write("GET / HTTP/1.1\r\n");
        QTRY_VERIFY(reader.seenBytes() > 0);
        QCOMPARE(server.connections(), std::size_t(1));
        client->write("\r\n");
        client->write("\r\n");
        QTRY_VERIFY(isClosed(*client));
        QCOMPARE(client->readAll(), QByteArray("ok"));
        QTRY_COMPARE(server.connections(), std::size_t(0));
        QCOMPARE(server.refused().tooLarge, quint64(0));
    }

    void sendsAllOfALongAnswer()
    {
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const QByteArray answer(qsizetype(8) << 20, 'x');
        const Reader reader(server, answer);
        const auto client = connectTo(server);
        client->write("GET / HTTP/1.1\r\n\r\n");
        QTRY_VERIFY(isClosed(*client));
        QCOMPARE(client->readAll().size(), answer.size());
    }

    void sendsTheHeadAloneWhenToldSo_data()
    {
        QTest::addColumn<QByteArrayList>("pieces");
        QTest::newRow("at once") << QByteArrayList{"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody"};
        QTest::newRow("as Qt writes it") << QByteArrayList{"HTTP/1.1 200", " ",    "OK",   "\r\n", "A", ": ", "b",
                                                           "\r\n",         "\r\n", "body", "x"};
        QTest::newRow("a blank line in pieces")
            << QByteArrayList{"HTTP/1.1 200 OK\r\nA: b\r", "\n", "\r", "\nbo", "dy"};
    }
    void sendsTheHeadAloneWhenToldSo()
    {
        QFETCH(const QByteArrayList, pieces);
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        connect(&server, &QTcpServer::newConnection, this, [&] {
            auto *socket = static_cast<BoundedSocket *>(server.nextPendingConnection());
            connect(socket, &QIODevice::readyRead, this, [socket, &pieces] {
                socket->readAll();
                socket->leaveOutBody();
                for (const QByteArray &piece : pieces)
                    QCOMPARE(socket->write(piece), piece.size());
            });
        });
        const auto client = connectTo(server);
        client->write("HEAD / HTTP/1.1\r\n\r\n");
        QTRY_VERIFY(isClosed(*client));
        QCOMPARE(client->readAll(), QByteArray("HTTP/1.1 200 OK\r\nA: b\r\n\r\n"));
    }

    void showsNothingBeyondTheLimit_data()
    {
        QTest::addColumn<qint64>("size");
        QTest::addColumn<bool>("fits");
        QTest::newRow("just fits") << limitBytes << true;
        QTest::newRow("one byte more") << limitBytes + 1 << false;
        QTest::newRow("much more") << qint64(4 * 1024 * 1024) << false;
    }
    void showsNothingBeyondTheLimit()
    {
        QFETCH(qint64, size);
        QFETCH(bool, fits);
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server);
        const auto client = connectTo(server);
        client->write(QByteArray(size - 4, 'x') + "\r\n\r\n");
        QTRY_VERIFY(isClosed(*client));
        QVERIFY(reader.seenBytes() <= limitBytes);
        QCOMPARE((received(*client) == "ok"), fits);
        QCOMPARE(server.refused().tooLarge, quint64(fits ? 0 : 1));
        QTRY_COMPARE(server.connections(), std::size_t(0));
    }

    void endsWhatTakesTooLong_data()
    {
        QTest::addColumn<QByteArray>("said");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("half a request") << QByteArray("GET / HT");
    }
    void endsWhatTakesTooLong()
    {
        QFETCH(QByteArray, said);
        BoundedTcpServer server({64, {limitBytes, 200ms}});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server);
        const auto client = connectTo(server);
        client->write(said);
        QTRY_VERIFY(isClosed(*client));
        QTRY_COMPARE(server.refused().tooSlow, quint64(1));
        QTRY_COMPARE(server.connections(), std::size_t(0));
    }

    void endsAnAnswerThatNobodyReads()
    {
        BoundedTcpServer server({64, {limitBytes, 300ms}});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server, QByteArray(qsizetype(32) << 20, 'x'));
        const auto client = connectTo(server);
        client->setReadBufferSize(1);
        client->write("GET / HTTP/1.1\r\n\r\n");
        QTRY_COMPARE(server.refused().tooSlow, quint64(1));
        QTRY_COMPARE(server.connections(), std::size_t(0));
    }

    void refusesASecondRequestBeforeTheAnswerIsOut()
    {
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server, QByteArray(qsizetype(32) << 20, 'x'));
        const auto client = connectTo(server);
        client->setReadBufferSize(1);
        const QByteArray request = "GET / HTTP/1.1\r\n\r\n";
        client->write(request);
        QTRY_COMPARE(reader.seenBytes(), request.size());
        client->write(request);
        QTRY_COMPARE(server.connections(), std::size_t(0));
        QCOMPARE(reader.seenBytes(), request.size());
    }

    void letsACrowdOfIdleConnectionsKeepNobodyOut()
    {
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server);
        const auto working = connectTo(server);
        working->write("GET / HT");
        QTRY_VERIFY(reader.seenBytes() > 0);

        std::vector<std::unique_ptr<QTcpSocket>> idle;
        for (int i = 0; i < 300; ++i) {
            idle.push_back(connectTo(server));
            QTRY_COMPARE(idle.back()->state(), QAbstractSocket::ConnectedState);
        }
        QTRY_COMPARE(server.refused().crowded, quint64(300 + 1 - 64));
        QCOMPARE(server.connections(), std::size_t(64));

        working->write("TP/1.1\r\n\r\n");
        QTRY_VERIFY(isClosed(*working));
        QCOMPARE(working->readAll(), QByteArray("ok"));
        const auto late = connectTo(server);
        late->write("GET / HTTP/1.1\r\n\r\n");
        QTRY_VERIFY(isClosed(*late));
        QCOMPARE(late->readAll(), QByteArray("ok"));
    }

    void goesOnWhenDescriptorsAreFreeAgain()
    {
        BoundedTcpServer server({});
        QVERIFY(server.listenOn({QStringLiteral("127.0.0.1"), 0}));
        const Reader reader(server);
        // Not a QSignalSpy: without descriptors the undefined-behaviour sanitizer, which needs a pipe to look at an
        // object that is new to it, takes the spy for none.
        int failures = 0;
        connect(&server, &QTcpServer::acceptError, this, [&failures] { ++failures; });
        const auto client = connectTo(server);
        rlimit before = {};
        ::getrlimit(RLIMIT_NOFILE, &before);
        const int lowestFree = ::dup(STDIN_FILENO);
        ::close(lowestFree);
        const rlimit none{rlim_t(lowestFree), before.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &none);
        const bool wasSeen = QTest::qWaitFor([&] { return failures > 0; }, 5000);
        ::setrlimit(RLIMIT_NOFILE, &before);
        QVERIFY(wasSeen);
        QVERIFY(failures < 5); // no busy loop
        client->write("GET / HTTP/1.1\r\n\r\n");
        QTRY_VERIFY(isClosed(*client));
        QCOMPARE(client->readAll(), QByteArray("ok"));
    }

    void namesWhoHasThePort()
    {
        BoundedTcpServer first({});
        QVERIFY(first.listenOn({QStringLiteral("127.0.0.1"), 0}));
        BoundedTcpServer second({});
        const auto taken = second.listenOn(first.address());
        QVERIFY(!taken);
        QCOMPARE(taken.error().code(), Code::AlreadyExists);
        QVERIFY(taken.error().message().contains(QStringLiteral("port %1").arg(first.serverPort())));
        QVERIFY(taken.error().message().contains(QStringLiteral("process %1").arg(::getpid())));
    }

    void saysWhyItCannotListen()
    {
        BoundedTcpServer server({});
        const auto strange = server.listenOn({QStringLiteral("192.0.2.1"), 0});
        QVERIFY(!strange);
        QCOMPARE(strange.error().code(), Code::FailedPrecondition);
        QVERIFY(strange.error().message().startsWith(QStringLiteral("cannot listen on 192.0.2.1:0: ")));
    }
};

QTEST_GUILESS_MAIN(BoundedTcpServerTest)
#include "BoundedTcpServerTest.moc"
