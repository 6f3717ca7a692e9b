// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <optional>
#include <thread>

#include <arpa/inet.h>
#include <sys/socket.h>

#include <QtCore/QFile>
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>

#include "QemuFixture.h"
#include "e2e/support/Eventually.h"

using namespace ghost;

/// Ports of the host that lead into a guest; whether anybody is there in the guest is of no account here.
class QemuNicTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<QemuFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void opensThePortsOfTheForwards();
    void changesThemWhileTheGuestRuns();
    void takesAllBackWhenOnePortIsTaken();
    void mendsWhatAnEarlierAgentLeft();
    void keepsChangesForTheNextStart();
    void refusesAStartWithATakenPort();
    void knowsNoOtherMac();
    void startsPasstAndEndsItWithQemu();
    void changesPasstOnlyWhileStopped();
    void saysWhyPasstDoesNotStart();
    void waitsForThePortOfThePasstBefore();

private:
    static PortForward forward(int hostPort, int guestPort);
    static NicSource nic(const QList<PortForward> &forwards);
    VmSpec specWith(const NicSource &nic) const;
    VmId run(const NicSource &nic);
    /// The empty text, or why not.
    QString update(VmId id, const NicSource &nic);
    QemuHypervisor &driver() { return *m_fixture->driver; }
    std::unique_ptr<QemuFixture> m_fixture;
};

void QemuNicTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

PortForward QemuNicTest::forward(int hostPort, int guestPort)
{
    PortForward forward;
    forward.setProtocol(PortForward::Protocol::Tcp);
    forward.setHostAddress(QStringLiteral("127.0.0.1"));
    forward.setHostPort(hostPort);
    forward.setGuestPort(guestPort);
    return forward;
}

NicSource QemuNicTest::nic(const QList<PortForward> &forwards)
{
    NicSource nic;
    nic.setKind(NicSource::Kind::User);
    nic.setMac(QStringLiteral("52:54:00:12:34:56"));
    nic.setForwards(forwards);
    return nic;
}

VmSpec QemuNicTest::specWith(const NicSource &nic) const
{
    VmSpec spec = m_fixture->echoSpec();
    spec.setNics({nic});
    return spec;
}

VmId QemuNicTest::run(const NicSource &nic)
{
    PlainCall call;
    const VmSpec spec = specWith(nic);
    const auto created = driver().create(spec, call);
    const auto on = created ? driver().powerOn(spec.id(), call) : created;
    if (!on)
        qWarning("%s", qPrintable(on.error().text()));
    return on ? spec.id() : VmId();
}

QString QemuNicTest::update(VmId id, const NicSource &nic)
{
    PlainCall call;
    const auto updated = driver().updateNic(id, nic, call);
    return updated ? QString() : updated.error().text();
}

void QemuNicTest::opensThePortsOfTheForwards()
{
    const int port = freePort();
    const VmId id = run(nic({forward(port, 22)}));
    QVERIFY(!id.isNull());
    QVERIFY(isListening(port));
    PlainCall call;
    QVERIFY(driver().powerOff(id, {.force = true}, call));
    QVERIFY(!isListening(port));
}

void QemuNicTest::changesThemWhileTheGuestRuns()
{
    const int first = freePort();
    const int second = freePort();
    const VmId id = run(nic({forward(first, 22)}));
    const NicSource both = nic({forward(first, 22), forward(second, 80)});
    for (int i = 0; i < 10; ++i) {
        QCOMPARE(update(id, both), QString());
        QVERIFY(isListening(first));
        QVERIFY(isListening(second));
    }
    QCOMPARE(update(id, nic({forward(second, 81)})), QString()); // the same port to another place
    QVERIFY(!isListening(first));
    QVERIFY(isListening(second));
    QCOMPARE(update(id, nic({})), QString());
    QVERIFY(!isListening(second));
}

void QemuNicTest::takesAllBackWhenOnePortIsTaken()
{
    const int kept = freePort();
    const int free = freePort();
    const VmId other = run(nic({forward(freePort(), 22)}));
    const VmId id = run(nic({forward(kept, 22)}));
    const int taken = freePort();
    QCOMPARE(update(other, nic({forward(taken, 22)})), QString());
    PlainCall call;
    const auto updated = driver().updateNic(id, nic({forward(free, 80), forward(taken, 81)}), call);
    QVERIFY(!updated);
    QCOMPARE(updated.error().code(), Code::FailedPrecondition);
    QVERIFY2(updated.error().message().contains(QString::number(taken)), qPrintable(updated.error().message()));
    QVERIFY(isListening(kept));
    QVERIFY(!isListening(free));
    // Nor at the next start.
    QVERIFY(driver().powerOff(id, {.force = true}, call));
    QVERIFY(driver().powerOn(id, call));
    QVERIFY(isListening(kept));
    QVERIFY(!isListening(free));
}

/// An agent was killed between QEMU and its own file: the file says the old, QEMU has the new.
void QemuNicTest::mendsWhatAnEarlierAgentLeft()
{
    const int first = freePort();
    const int second = freePort();
    const VmId id = run(nic({forward(first, 22)}));
    QFile spec(m_fixture->folderOf(id) + QStringLiteral("/spec.json"));
    QVERIFY(spec.open(QIODevice::ReadOnly));
    const QByteArray before = spec.readAll();
    spec.close();
    QCOMPARE(update(id, nic({forward(second, 22)})), QString());
    m_fixture->stopDriver();
    QVERIFY(spec.open(QIODevice::WriteOnly | QIODevice::Truncate));
    spec.write(before);
    spec.close();
    QVERIFY(m_fixture->startDriver());
    QCOMPARE(update(id, nic({forward(first, 22)})), QString());
    QVERIFY(isListening(first));
    QVERIFY(!isListening(second));
}

void QemuNicTest::keepsChangesForTheNextStart()
{
    PlainCall call;
    const int port = freePort();
    const VmSpec spec = specWith(nic({}));
    QVERIFY(driver().create(spec, call));
    QCOMPARE(update(spec.id(), nic({forward(port, 22)})), QString());
    QVERIFY(m_fixture->restartDriver());
    QVERIFY(driver().powerOn(spec.id(), call));
    QVERIFY(isListening(port));
}

void QemuNicTest::refusesAStartWithATakenPort()
{
    PlainCall call;
    const int port = freePort();
    QVERIFY(!run(nic({forward(port, 22)})).isNull());
    const VmSpec spec = specWith(nic({forward(port, 22)}));
    QVERIFY(driver().create(spec, call));
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY(!on);
    QCOMPARE(on.error().code(), Code::FailedPrecondition);
    QVERIFY2(on.error().text().contains(QString::number(port)), qPrintable(on.error().text()));
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Stopped);
}

void QemuNicTest::knowsNoOtherMac()
{
    PlainCall call;
    const VmSpec spec = specWith(nic({}));
    QVERIFY(driver().create(spec, call));
    NicSource other = nic({});
    other.setMac(QStringLiteral("52:54:00:00:00:01"));
    const auto updated = driver().updateNic(spec.id(), other, call);
    QVERIFY(!updated);
    QCOMPARE(updated.error().code(), Code::NotFound);
}

void QemuNicTest::startsPasstAndEndsItWithQemu()
{
    const QString passt = QStandardPaths::findExecutable(QStringLiteral("passt"));
    if (passt.isEmpty())
        QSKIP("no passt on this machine");
    const int port = freePort();
    NicSource source = nic({forward(port, 22)});
    source.setTarget(passt);
    const VmId id = run(source);
    QVERIFY(!id.isNull());
    QVERIFY(isListening(port));
    QVERIFY(m_fixture->restartDriver());
    QVERIFY(isListening(port)); // it is no child of the driver
    QCOMPARE(::kill(m_fixture->pidOf(id), SIGKILL), 0);
    QVERIFY(e2e::waitUntil(std::chrono::seconds(10), [port] { return !isListening(port); }));
}

void QemuNicTest::changesPasstOnlyWhileStopped()
{
    const QString passt = QStandardPaths::findExecutable(QStringLiteral("passt"));
    if (passt.isEmpty())
        QSKIP("no passt on this machine");
    PlainCall call;
    const int first = freePort();
    const int second = freePort();
    NicSource source = nic({forward(first, 22)});
    source.setTarget(passt);
    const VmId id = run(source);
    QVERIFY(!id.isNull());
    NicSource changed = source;
    changed.setForwards({forward(second, 22)});
    QCOMPARE(driver().updateNic(id, changed, call).error().code(), Code::FailedPrecondition);
    QCOMPARE(update(id, source), QString()); // nothing to change
    QVERIFY(driver().powerOff(id, {.force = true}, call));
    QCOMPARE(update(id, changed), QString());
    QVERIFY(driver().powerOn(id, call));
    QVERIFY(isListening(second));
    QVERIFY(!isListening(first));
}

void QemuNicTest::saysWhyPasstDoesNotStart()
{
    PlainCall call;
    NicSource source = nic({});
    source.setTarget(QStringLiteral("/nowhere/passt"));
    const VmSpec missing = specWith(source);
    QVERIFY(driver().create(missing, call));
    const auto first = driver().powerOn(missing.id(), call);
    QVERIFY(!first);
    QCOMPARE(first.error().code(), Code::FailedPrecondition);
    QVERIFY2(first.error().text().contains(QStringLiteral("/nowhere/passt")), qPrintable(first.error().text()));

    source.setTarget(QStringLiteral("/bin/false"));
    const VmSpec dying = specWith(source);
    QVERIFY(driver().create(dying, call));
    const auto second = driver().powerOn(dying.id(), call);
    QVERIFY(!second);
    QCOMPARE(second.error().code(), Code::FailedPrecondition);
    QCOMPARE(m_fixture->stateOf(dying.id()), VmState::Stopped);
}

void QemuNicTest::waitsForThePortOfThePasstBefore()
{
    const QString passt = QStandardPaths::findExecutable(QStringLiteral("passt"));
    if (passt.isEmpty())
        QSKIP("no passt on this machine");
    const int port = freePort();
    UniqueFd before(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QCOMPARE(::bind(before.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
    QCOMPARE(::listen(before.get(), 1), 0);

    PlainCall call;
    NicSource source = nic({forward(port, 22)});
    source.setTarget(passt);
    const VmSpec spec = specWith(source);
    QVERIFY(driver().create(spec, call));
    const auto refused = driver().powerOn(spec.id(), call); // nobody gives it up
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::FailedPrecondition);
    QVERIFY2(refused.error().hint().contains(QStringLiteral("port")), qPrintable(refused.error().text()));

    QFile log(m_fixture->folderOf(spec.id()) + QStringLiteral("/passt0.log"));
    QVERIFY(log.remove());
    std::optional<Result<VmInfo>> on;
    std::jthread starter([&] {
        PlainCall own;
        on.emplace(driver().powerOn(spec.id(), own));
    });
    const bool hasTried = e2e::waitUntil(std::chrono::seconds(10), [&] {
        const bool isThere = log.open(QIODevice::ReadOnly) && log.readAll().contains("Failed to bind");
        log.close();
        return isThere;
    });
    before.reset();
    starter.join();
    QVERIFY(hasTried);
    QVERIFY2(*on, qPrintable(*on ? QString() : on->error().text()));
    QVERIFY(isListening(port));
}

QTEST_GUILESS_MAIN(QemuNicTest)
#include "QemuNicTest.moc"
