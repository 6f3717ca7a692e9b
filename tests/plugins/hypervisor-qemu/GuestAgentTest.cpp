// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "GuestAgent.h"

#include <thread>

#include <sys/socket.h>

#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include "Waiting.h"

using namespace ghost;
using namespace std::chrono_literals;

/// The agent's side is played.
class GuestAgentTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void asksOnceItIsSureThatSomebodyListens();
    void takesNoOldAnswer();
    void givesUpOnAChannelThatIsClosed();
    void givesUpOnAGuestThatTalksWithoutEnd();
    void obeysACancelledCall();

private:
    static QJsonObject receive(int socket);
    static void say(int socket, const QByteArray &bytes);
    UniqueFd m_ours;
    UniqueFd m_guests;
};

void GuestAgentTest::init()
{
    int ends[2];
    QCOMPARE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    m_ours.reset(ends[0]);
    m_guests.reset(ends[1]);
}

QJsonObject GuestAgentTest::receive(int socket)
{
    QByteArray line;
    char byte = 0;
    while (byte != '\n' && ::recv(socket, &byte, 1, 0) == 1)
        line.append(byte);
    return QJsonDocument::fromJson(line).object();
}

void GuestAgentTest::say(int socket, const QByteArray &bytes)
{
    ::send(socket, bytes.constData(), static_cast<size_t>(bytes.size()), MSG_NOSIGNAL);
}

void GuestAgentTest::asksOnceItIsSureThatSomebodyListens()
{
    QJsonObject shutdown;
    std::jthread agent([&] {
        const qint64 id = receive(m_guests.get())["arguments"].toObject()["id"].toInteger();
        say(m_guests.get(), "\xff{\"return\": " + QByteArray::number(id) + "}\n");
        shutdown = receive(m_guests.get());
    });
    Call call(OperationId(), Call::Clock::now() + 10s);
    const auto asked = askGuestAgentToPowerOff(m_ours.get(), call);
    QVERIFY(asked && *asked);
    agent.join();
    QCOMPARE(shutdown["execute"].toString(), QStringLiteral("guest-shutdown"));
}

void GuestAgentTest::takesNoOldAnswer()
{
    say(m_guests.get(), "{\"return\": 0}\n{\"return\": {}}\nrubbish\n");
    Call call(OperationId(), Call::Clock::now() + 300ms);
    const auto asked = askGuestAgentToPowerOff(m_ours.get(), call);
    QVERIFY(!asked);
    QCOMPARE(asked.error().code(), Code::DeadlineExceeded);
}

void GuestAgentTest::givesUpOnAChannelThatIsClosed()
{
    m_guests.reset();
    Call call(OperationId(), Call::Clock::now() + 10s);
    const auto asked = askGuestAgentToPowerOff(m_ours.get(), call);
    QVERIFY(asked && !*asked);
}

void GuestAgentTest::givesUpOnAGuestThatTalksWithoutEnd()
{
    std::jthread guest([&] {
        const QByteArray words(4096, 'x');
        while (::send(m_guests.get(), words.constData(), static_cast<size_t>(words.size()), MSG_NOSIGNAL) > 0) {
        }
    });
    Call call(OperationId(), Call::Clock::now() + 10s);
    const auto asked = askGuestAgentToPowerOff(m_ours.get(), call);
    QVERIFY(asked && !*asked);
    m_ours.reset();
}

void GuestAgentTest::obeysACancelledCall()
{
    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    Call call(OperationId(), Call::Clock::now() + 10s, cancellation);
    QCOMPARE(askGuestAgentToPowerOff(m_ours.get(), call).error().code(), Code::Cancelled);
}

QTEST_GUILESS_MAIN(GuestAgentTest)
#include "GuestAgentTest.moc"
