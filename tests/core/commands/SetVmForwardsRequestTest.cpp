// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QCborArray>
#include <QtTest/QtTest>

#include "commands/SetVmForwardsRequest.h"

using namespace ghost;

namespace {

Result<SetVmForwardsRequest> parsed(const QCborValue &forwards)
{
    return SetVmForwardsRequest::parse(
        Command("SetVMForwards", {{QStringLiteral("vm"), "a"}, {QStringLiteral("forwards"), forwards}}));
}

QCborMap with(const char *key, const QCborValue &value)
{
    QCborMap map{{QStringLiteral("guest_port"), 80}};
    map.insert(QString(key), value);
    return map;
}

} // namespace

class SetVmForwardsRequestTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsEveryField()
    {
        const auto request = parsed(QCborArray{QCborMap{{QStringLiteral("protocol"), "udp"},
                                                        {QStringLiteral("guest_port"), 53},
                                                        {QStringLiteral("host_address"), "0:0::1"},
                                                        {QStringLiteral("host_port"), 65535}}});
        QVERIFY(request);
        QCOMPARE(request->vm, QString("a"));
        const PortForward forward = request->forwards.value(0);
        QCOMPARE(forward.protocol(), PortForward::Protocol::Udp);
        QCOMPARE(forward.guestPort(), 53);
        QCOMPARE(forward.hostAddress(), QString("::1"));
        QCOMPARE(forward.hostPort(), 65535);
    }

    void absentFieldsHaveTheirMeaning()
    {
        const PortForward forward = parsed(QCborArray{QCborMap{{QStringLiteral("guest_port"), 80}}})->forwards.value(0);
        QCOMPARE(forward.protocol(), PortForward::Protocol::Tcp);
        QCOMPARE(forward.hostAddress(), QString("127.0.0.1"));
        QCOMPARE(forward.hostPort(), 0);
        QVERIFY(SetVmForwardsRequest::parse(Command("SetVMForwards", {}))->forwards.isEmpty());
    }

    void aFaultIsToldWithItsPath_data()
    {
        QTest::addColumn<QCborMap>("forward");
        QTest::addColumn<QString>("field");
        QTest::newRow("no guest port") << QCborMap() << "guest_port";
        QTest::newRow("guest port 0") << with("guest_port", 0) << "guest_port";
        QTest::newRow("guest port too big") << with("guest_port", 65536) << "guest_port";
        QTest::newRow("guest port as text") << with("guest_port", "80") << "guest_port";
        QTest::newRow("negative host port") << with("host_port", -1) << "host_port";
        QTest::newRow("huge host port") << with("host_port", qint64(1) << 40) << "host_port";
        QTest::newRow("unknown protocol") << with("protocol", "sctp") << "protocol";
        QTest::newRow("protocol as a number") << with("protocol", 7) << "protocol";
        QTest::newRow("protocol unspecified") << with("protocol", "unspecified") << "protocol";
        QTest::newRow("host name") << with("host_address", "localhost") << "host_address";
        QTest::newRow("address and more") << with("host_address", "127.0.0.1,hostfwd=x") << "host_address";
        QTest::newRow("address with a NUL")
            << with("host_address", QString("127.0.0.1") + QChar(0) + "x") << "host_address";
        QTest::newRow("unknown field") << with("guest", 1) << "guest";
    }
    void aFaultIsToldWithItsPath()
    {
        QFETCH(QCborMap, forward);
        QFETCH(QString, field);
        const auto request = parsed(QCborArray{with("guest_port", 22), forward});
        QVERIFY(!request);
        QCOMPARE(request.error().code(), Code::InvalidArgument);
        QCOMPARE(request.error().field(), "forwards[1]." + field);
    }

    void whatIsNoListIsRefused()
    {
        QCOMPARE(parsed(7).error().field(), QString("forwards"));
        QCOMPARE(parsed(QCborArray{7}).error().field(), QString("forwards"));
        QCborArray many;
        for (int port = 1; port <= 65; ++port)
            many.append(with("guest_port", port));
        QCOMPARE(parsed(many).error().field(), QString("forwards"));
    }

    void oneHostPortLeadsToOnePlace()
    {
        const auto at = [](const char *protocol, const char *address, int port) {
            return QCborMap{{QStringLiteral("protocol"), protocol},
                            {QStringLiteral("guest_port"), 80},
                            {QStringLiteral("host_address"), address},
                            {QStringLiteral("host_port"), port}};
        };
        QVERIFY(parsed(QCborArray{at("tcp", "127.0.0.1", 80), at("udp", "127.0.0.1", 80), at("tcp", "127.0.0.2", 80),
                                  at("tcp", "127.0.0.1", 0), at("tcp", "127.0.0.1", 0)}));
        QCOMPARE(parsed(QCborArray{at("tcp", "::1", 80), at("tcp", "0::1", 80)}).error().field(),
                 QString("forwards[1].host_port"));
    }
};

QTEST_APPLESS_MAIN(SetVmForwardsRequestTest)
#include "SetVmForwardsRequestTest.moc"
