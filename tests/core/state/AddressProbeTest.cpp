// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QtTest/QtTest>

#include "ghost/UniqueFd.h"
#include "state/AddressProbe.h"

using namespace ghost;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const QString loopback = QStringLiteral("127.0.0.1");

/// A door of this machine that listens, or that has just been shut.
class Door
{
public:
    Door()
        : m_fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (::bind(m_fd.get(), reinterpret_cast<sockaddr *>(&address), size) == 0 && ::listen(m_fd.get(), 0) == 0 &&
            ::getsockname(m_fd.get(), reinterpret_cast<sockaddr *>(&address), &size) == 0)
            m_address = address;
    }
    int port() const { return ntohs(m_address.sin_port); }
    void shut() { m_fd.reset(); }
    /// Its queue is full from now on: who knocks hears nothing.
    void fill()
    {
        for (int knock = 0; knock < 4; ++knock) {
            UniqueFd guest(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
            // It is under way when this returns, or waits in vain: both are wanted.
            static_cast<void>(::connect(guest.get(), reinterpret_cast<const sockaddr *>(&m_address), sizeof m_address));
            m_guests.push_back(std::move(guest));
        }
    }

private:
    UniqueFd m_fd;
    sockaddr_in m_address{};
    std::vector<UniqueFd> m_guests;
};

} // namespace

class AddressProbeTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void anOpenDoorAnswers()
    {
        const Door door;
        Call call({}, Call::Clock::now() + seconds(20));
        QVERIFY(answers(loopback, door.port(), seconds(20), call));
    }

    void aRefusalIsAnAnswer()
    {
        Door door;
        door.shut();
        Call call({}, Call::Clock::now() + seconds(20));
        const auto begin = Call::Clock::now();
        QVERIFY(answers(loopback, door.port(), seconds(20), call));
        QVERIFY(Call::Clock::now() - begin < seconds(10));
    }

    void silenceIsNoAnswerAndBounded()
    {
        Door door;
        door.fill();
        Call call({}, Call::Clock::now() + seconds(20));
        const auto begin = Call::Clock::now();
        QVERIFY(!answers(loopback, door.port(), milliseconds(250), call));
        const auto took = Call::Clock::now() - begin;
        QVERIFY(took >= milliseconds(250) && took < seconds(10));
    }

    void theCallsDeadlineBoundsItToo()
    {
        Door door;
        door.fill();
        Call call({}, Call::Clock::now() + milliseconds(150));
        QVERIFY(!answers(loopback, door.port(), std::chrono::hours(1), call));
    }

    void cancelEndsIt()
    {
        Door door;
        door.fill();
        const auto cancellation = std::make_shared<Cancellation>();
        cancellation->cancel();
        Call call({}, Call::Clock::now() + seconds(20), cancellation);
        const auto begin = Call::Clock::now();
        QVERIFY(!answers(loopback, door.port(), seconds(20), call));
        QVERIFY(Call::Clock::now() - begin < seconds(10));
    }

    void whereNoPacketCanGoNobodyAnswers_data()
    {
        QTest::addColumn<QString>("ip");
        QTest::newRow("broadcast") << "255.255.255.255";
        QTest::newRow("multicast") << "224.0.0.1";
    }
    void whereNoPacketCanGoNobodyAnswers()
    {
        QFETCH(QString, ip);
        Call call({}, Call::Clock::now() + seconds(20));
        QVERIFY(!answers(ip, 22, milliseconds(250), call));
    }

    void whatIsNoAddressIsNotAsked()
    {
        Call call({}, Call::Clock::now() + seconds(20));
        const auto begin = Call::Clock::now();
        QVERIFY(!answers({}, 22, seconds(20), call));
        QVERIFY(!answers(QStringLiteral("fe80::1"), 22, seconds(20), call));
        QVERIFY(Call::Clock::now() - begin < seconds(10));
    }
};

QTEST_GUILESS_MAIN(AddressProbeTest)
#include "AddressProbeTest.moc"
