// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include <QtTest/QTest>
#include <sys/socket.h>

#include "PeerTable.h"

using namespace ghost;
using ghost::api::PeerTable;

namespace {

struct Connection
{
    UniqueFd ours;
    UniqueFd theirs;
};

Connection connection()
{
    std::array<int, 2> ends = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0)
        qFatal("socketpair failed");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

std::string peer(int number)
{
    return "fd:" + std::to_string(number);
}

} // namespace

class PeerTableTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void tellsTheUser()
    {
        PeerTable peers;
        const auto number = peers.admit(connection().ours, 1000);
        QVERIFY(number);
        const UniqueFd owned(*number);
        const auto principal = peers.principal(peer(*number));
        QVERIFY(principal);
        QCOMPARE(principal->toString(), QStringLiteral("uid:1000"));
    }

    void neverGivesANumberToAnotherUser()
    {
        PeerTable peers;
        UniqueFd first(peers.admit(connection().ours, 1000).value());
        const int number = first.get();
        first.reset(); // gRPC closes it; a request of the old connection may still come
        const UniqueFd other(peers.admit(connection().ours, 1001).value());
        QVERIFY(other.get() != number);
        QCOMPARE(peers.principal(peer(number))->name(), QStringLiteral("1000"));
        const UniqueFd same(peers.admit(connection().ours, 1000).value());
        QCOMPARE(same.get(), number);
    }

    void knowsNobodyElse()
    {
        PeerTable peers;
        for (const char *name :
             {"", "fd:", "fd:7", "fd:99999999999999999999", "fd:-1", "fd:3x", "unix:", "ipv4:127.0.0.1:1"}) {
            const auto principal = peers.principal(name);
            QVERIFY2(!principal, name);
            QCOMPARE(principal.error().code(), Code::Unauthenticated);
        }
    }

    void boundsTheConnections()
    {
        PeerTable peers;
        std::vector<UniqueFd> open;
        Result<int> number = peers.admit(connection().ours, 1000);
        for (; number && open.size() < 1000; number = peers.admit(connection().ours, 1000))
            open.emplace_back(*number);
        QVERIFY(!number);
        QCOMPARE(number.error().code(), Code::ResourceExhausted);
        QCOMPARE(open.size(), size_t(128));
        open.pop_back();
        number = peers.admit(connection().ours, 1000);
        QVERIFY(number);
        open.emplace_back(*number);
    }
};

QTEST_GUILESS_MAIN(PeerTableTest)
#include "PeerTableTest.moc"
