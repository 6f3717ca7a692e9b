// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtNetwork/QTcpServer>
#include <QtTest/QTest>
#include <unistd.h>

#include "endpoints/PortHolder.h"

using namespace ghost;

class PortHolderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesTheProcessThatListens_data()
    {
        QTest::addColumn<QString>("host");
        QTest::newRow("v4") << QStringLiteral("127.0.0.1");
        QTest::newRow("v6") << QStringLiteral("::1");
    }
    void namesTheProcessThatListens()
    {
        QFETCH(QString, host);
        QTcpServer server;
        if (!server.listen(QHostAddress(host)))
            QSKIP(qPrintable(QStringLiteral("cannot listen on %1: %2").arg(host, server.errorString())));
        const auto holder = PortHolder::find(server.serverPort());
        QVERIFY(holder);
        QCOMPARE(holder->pid, qint64(::getpid()));
        QCOMPARE(holder->name, QStringLiteral("PortHolderTest"));

        const Error error = addressInUse({host, server.serverPort()});
        QCOMPARE(error.code(), Code::AlreadyExists);
        QVERIFY(error.message().contains(QStringLiteral("port %1 is in use by process %2 (PortHolderTest)")
                                             .arg(server.serverPort())
                                             .arg(::getpid())));
    }

    void knowsNoHolderOfAFreePort()
    {
        QTcpServer server;
        QVERIFY(server.listen(QHostAddress::LocalHost));
        const quint16 port = server.serverPort();
        server.close();
        QVERIFY(!PortHolder::find(port));
        QVERIFY(addressInUse({QStringLiteral("127.0.0.1"), port}).message().contains(QString::number(port)));
    }
};

QTEST_GUILESS_MAIN(PortHolderTest)
#include "PortHolderTest.moc"
