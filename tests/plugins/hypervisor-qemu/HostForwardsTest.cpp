// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "HostForwards.h"

#include <QtTest/QTest>

using namespace ghost;

class HostForwardsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsTheRulesOfOnePort();
    void findsNoneInOtherWords();
};

void HostForwardsTest::readsTheRulesOfOnePort()
{
    const QString answer =
        QStringLiteral("Hub -1 (net0):\r\n"
                       "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n"
                       "  TCP[ESTABLISHED]   14       127.0.0.1 40000       10.0.2.15    22     0     0\r\n"
                       "  TCP[HOST_FORWARD]  11       127.0.0.1 22322       10.0.2.15    22     0     0\r\n"
                       "  UDP[HOST_FORWARD]  10               *  5353       10.0.2.15    53     0     0\r\n"
                       "Hub -1 (net1):\r\n"
                       "  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\r\n"
                       "  TCP[HOST_FORWARD]  15       127.0.0.1 22323       10.0.2.15    23     0     0\r\n");
    QCOMPARE(rulesIn(answer, QStringLiteral("net0")),
             QStringList({QStringLiteral("tcp:127.0.0.1:22322-:22"), QStringLiteral("udp:0.0.0.0:5353-:53")}));
    QCOMPARE(rulesIn(answer, QStringLiteral("net1")), QStringList({QStringLiteral("tcp:127.0.0.1:22323-:23")}));
    QCOMPARE(rulesIn(answer, QStringLiteral("net2")), QStringList());
}

void HostForwardsTest::findsNoneInOtherWords()
{
    QCOMPARE(rulesIn(QStringLiteral("unknown command: 'info usernet'"), QStringLiteral("net0")), QStringList());
}

QTEST_GUILESS_MAIN(HostForwardsTest)
#include "HostForwardsTest.moc"
