// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <QtTest/QTest>

#include "LibvirtFixture.h"

using namespace ghost;

class ConsoleTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_fixture.reset(); }
    void carriesBytesBothWays();
    void goesOnWhenTheInputHasEnded();
    void isTakenOverByTheSecond();
    void endsWithTheGuest();
    void leavesTheConnectionsForOthers();
    void isRefusedForAStoppedVm();

private:
    std::unique_ptr<LibvirtFixture> m_fixture;
    VmId m_id;
};

void ConsoleTest::initTestCase()
{
    if (!LibvirtFixture::libvirtdRuns())
        QSKIP("no libvirtd on this machine");
}

void ConsoleTest::init()
{
    m_fixture = std::make_unique<LibvirtFixture>();
    QVERIFY(m_fixture->isUsable());
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    m_id = spec.id();
    QVERIFY(m_fixture->driver.create(spec, call));
    QVERIFY(m_fixture->driver.powerOn(m_id, call));
}

void ConsoleTest::carriesBytesBothWays()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    const QByteArray text("the very model of a modern major-general, 0123456789");
    QCOMPARE(::write(console.get(), text.constData(), static_cast<size_t>(text.size())), ssize_t(text.size()));
    QVERIFY(readUntil(console.get(), text));
}

/// `echo uname | ghostctl vm console my-vm`
void ConsoleTest::goesOnWhenTheInputHasEnded()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    const QByteArray text(QByteArray(200, '-') + "over");
    QCOMPARE(::write(console.get(), text.constData(), static_cast<size_t>(text.size())), ssize_t(text.size()));
    QCOMPARE(::shutdown(console.get(), SHUT_WR), 0);
    QVERIFY(readUntil(console.get(), text));
    PlainCall call;
    QVERIFY(m_fixture->driver.powerOff(m_id, {.force = true}, call));
    QVERIFY(!readUntil(console.get(), "never")); // ends with the guest, as ever
}

void ConsoleTest::isTakenOverByTheSecond()
{
    const UniqueFd first = m_fixture->waitUntilUp(m_id);
    QVERIFY(first);
    const UniqueFd second = m_fixture->waitUntilUp(m_id);
    QVERIFY(second);
    char byte;
    QVERIFY(::read(first.get(), &byte, 1) <= 0); // its end
    QCOMPARE(::write(second.get(), "yz", 2), ssize_t(2));
    QVERIFY(readUntil(second.get(), "yz"));
}

void ConsoleTest::endsWithTheGuest()
{
    const UniqueFd console = m_fixture->waitUntilUp(m_id);
    QVERIFY(console);
    QCOMPARE(::write(console.get(), "q", 1), ssize_t(1));
    QVERIFY(!readUntil(console.get(), "never")); // false at the end of the stream
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->stateOf(m_id) == VmState::Stopped; }));
}

void ConsoleTest::leavesTheConnectionsForOthers()
{
    PlainCall call;
    std::vector<UniqueFd> consoles;
    for (int i = 0; i < 8; ++i) { // more than the pool has
        auto console = m_fixture->driver.openConsole(m_id, call);
        QVERIFY2(console, qPrintable(console ? QString() : console.error().text()));
        consoles.push_back(*std::move(console));
    }
    QCOMPARE(m_fixture->stateOf(m_id), VmState::Running);
}

void ConsoleTest::isRefusedForAStoppedVm()
{
    PlainCall call;
    QVERIFY(m_fixture->driver.powerOff(m_id, {.force = true}, call));
    const auto console = m_fixture->driver.openConsole(m_id, call);
    QVERIFY(!console);
    QCOMPARE(console.error().code(), Code::FailedPrecondition);
}

QTEST_GUILESS_MAIN(ConsoleTest)
#include "ConsoleTest.moc"
