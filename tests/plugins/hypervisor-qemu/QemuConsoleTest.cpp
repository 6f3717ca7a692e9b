// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>

#include <sys/socket.h>
#include <unistd.h>

#include <QtTest/QTest>

#include "QemuFixture.h"

using namespace ghost;

class QemuConsoleTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_fixture.reset(); }

    void carriesBytesBothWays();
    void goesOnWhenTheInputHasEnded();
    void isTakenOverByTheSecond();
    void canBeOpenedAgainAndAgain();
    void endsWithTheGuest();
    void endsWithTheDriver();
    void isRefusedForAStoppedVm();

private:
    std::unique_ptr<QemuFixture> m_fixture;
    VmId m_id;
};

void QemuConsoleTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

void QemuConsoleTest::init()
{
    m_fixture = std::make_unique<QemuFixture>();
    m_id = m_fixture->runEcho();
    QVERIFY(!m_id.isNull());
}

void QemuConsoleTest::carriesBytesBothWays()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    const QByteArray text("the very model of a modern major-general, 0123456789");
    QCOMPARE(::write(console.get(), text.constData(), static_cast<size_t>(text.size())), ssize_t(text.size()));
    QVERIFY(readUntil(console.get(), text));
}

/// `echo uname | ghostctl vm console my-vm`
void QemuConsoleTest::goesOnWhenTheInputHasEnded()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    QCOMPARE(::write(console.get(), "the end", 7), ssize_t(7));
    QCOMPARE(::shutdown(console.get(), SHUT_WR), 0);
    QVERIFY(readUntil(console.get(), "the end"));
}

void QemuConsoleTest::isTakenOverByTheSecond()
{
    const UniqueFd first = m_fixture->waitUntilUp(m_id);
    QVERIFY(first);
    const UniqueFd second = m_fixture->waitUntilUp(m_id);
    QVERIFY(second);
    QVERIFY(!readUntil(first.get(), "this never comes")); // its end does
    QCOMPARE(::write(second.get(), "abc", 3), ssize_t(3));
    QVERIFY(readUntil(second.get(), "abc"));
}

void QemuConsoleTest::canBeOpenedAgainAndAgain()
{
    for (int i = 0; i < 10; ++i)
        QVERIFY(m_fixture->waitUntilUp(m_id));
}

void QemuConsoleTest::endsWithTheGuest()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    QCOMPARE(::kill(m_fixture->pidOf(m_id), SIGKILL), 0);
    QVERIFY(!readUntil(console.get(), "this never comes"));
}

void QemuConsoleTest::endsWithTheDriver()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    QVERIFY(m_fixture->restartDriver());
    QVERIFY(!readUntil(console.get(), "this never comes"));
    QVERIFY(m_fixture->waitUntilUp(m_id));
}

void QemuConsoleTest::isRefusedForAStoppedVm()
{
    PlainCall call;
    QVERIFY(m_fixture->driver->powerOff(m_id, {.force = true}, call));
    QCOMPARE(m_fixture->driver->openConsole(m_id, call).error().code(), Code::FailedPrecondition);
}

QTEST_GUILESS_MAIN(QemuConsoleTest)
#include "QemuConsoleTest.moc"
