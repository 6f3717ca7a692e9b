// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "HostFixture.h"

using namespace ghost;

/// A program of its own: libdbus reads where the system bus is once in a process.
class NoSystemBusTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void isNoReasonToComplain();
};

void NoSystemBusTest::isNoReasonToComplain()
{
    qputenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    HostFixture host;
    QVERIFY(QTest::qWaitFor([&] { return host.context().logText().contains("no system bus"); }, 20'000));
    QCOMPARE(host.context().health().status(), Health::Status::Ready);
    QVERIFY(host.context().events().isEmpty());
}

QTEST_GUILESS_MAIN(NoSystemBusTest)
#include "NoSystemBusTest.moc"
