// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <csignal>
#include <thread>

#include <QtCore/QDateTime>
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "QemuFixture.h"

using namespace ghost;

/// The whole driver with the real QEMU. Each test has folders and an agent id of its own.
class QemuDriverTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_fixture = std::make_unique<QemuFixture>(); }
    void cleanup() { m_fixture.reset(); }

    void takesAVmThroughItsLife();
    void canRepeatEachCall();
    void keepsTheMachineItChose();
    void takesNewPlacesWhileStopped();
    void refusesAnotherSpecOfAKnownId();
    void knowsNothingOfStrangers();
    void tellsWhoStoppedAVm();
    void holdsAVmStill();
    void readsCounters();
    void reportsBadSpecsWithoutATrace();
    void doesNothingForACallThatIsOver();
    void startsManyAtOnce();

private:
    QemuHypervisor &driver() { return *m_fixture->driver; }
    std::unique_ptr<QemuFixture> m_fixture;
};

void QemuDriverTest::initTestCase()
{
    if (const QString why = QemuFixture::missing(); !why.isEmpty())
        QSKIP(qPrintable(why));
}

void QemuDriverTest::takesAVmThroughItsLife()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    const auto created = driver().create(spec, call);
    QVERIFY2(created, qPrintable(created ? QString() : created.error().text()));
    QCOMPARE(created->state(), VmState::Stopped);
    QCOMPARE(created->accelerator(), Accelerator::Tcg);
    QCOMPARE(created->startedAtMs(), qint64(0));

    const qint64 before = QDateTime::currentMSecsSinceEpoch();
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
    QCOMPARE(on->state(), VmState::Running);
    QVERIFY(on->startedAtMs() >= before);
    QVERIFY(on->startedAtMs() <= QDateTime::currentMSecsSinceEpoch());
    QVERIFY(m_fixture->waitFor([&] { return m_fixture->context.count(DriverEvent::Kind::VmChanged, spec.id()) > 0; }));

    const auto inspected = driver().inspect(spec.id(), call);
    QVERIFY(inspected);
    QCOMPARE(inspected->startedAtMs(), on->startedAtMs());
    const auto listed = driver().list(call);
    QVERIFY(listed);
    QCOMPARE(listed->size(), 1);
    QCOMPARE(listed->first(), *inspected);

    const pid_t pid = m_fixture->pidOf(spec.id());
    QVERIFY(pid > 0);
    const auto off = driver().powerOff(spec.id(), {.force = true}, call);
    QVERIFY2(off, qPrintable(off ? QString() : off.error().text()));
    QCOMPARE(off->state(), VmState::Stopped);
    QCOMPARE(off->stoppedBy(), StopMethod::Forced);
    QCOMPARE(off->reason(), StateReason::Requested);
    QCOMPARE(off->startedAtMs(), qint64(0));
    QVERIFY(waitGone(pid, {}));

    QVERIFY(driver().remove(spec.id(), call));
    QCOMPARE(driver().list(call)->size(), 0);
    QVERIFY(!QFile::exists(m_fixture->folderOf(spec.id())));
    QVERIFY(QFile::exists(spec.disks().first().path())); // disks are not the hypervisor's
}

void QemuDriverTest::canRepeatEachCall()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    for (int i = 0; i < 10; ++i)
        QVERIFY(driver().create(spec, call));
    QCOMPARE(driver().list(call)->size(), 1);
    qint64 startedAt = 0;
    for (int i = 0; i < 10; ++i) {
        const auto on = driver().powerOn(spec.id(), call);
        QVERIFY(on);
        QVERIFY(!startedAt || on->startedAtMs() == startedAt);
        startedAt = on->startedAtMs();
    }
    QVERIFY(driver().create(spec, call)); // of a running one: leaves it as it is
    QCOMPARE(m_fixture->stateOf(spec.id()), VmState::Running);
    for (int i = 0; i < 10; ++i) {
        const auto off = driver().powerOff(spec.id(), {.force = true}, call);
        QVERIFY(off);
        QCOMPARE(off->stoppedBy(), i ? StopMethod::AlreadyStopped : StopMethod::Forced);
    }
    for (int i = 0; i < 10; ++i)
        QVERIFY(driver().remove(spec.id(), call));
}

void QemuDriverTest::keepsTheMachineItChose()
{
    PlainCall call;
    const VmSpec spec = m_fixture->echoSpec();
    const auto created = driver().create(spec, call);
    QVERIFY(created);
    const QString machine = created->pinned().value(QStringLiteral("machine")).toString();
    QVERIFY2(machine.startsWith(QStringLiteral("pc-q35-")), qPrintable(machine));

    // Lost and made again on a newer QEMU: the guest keeps the old machine.
    QVERIFY(driver().remove(spec.id(), call));
    VmSpec again = spec;
    QJsonObject pinned = created->pinned();
    pinned.insert(QStringLiteral("machine"), QStringLiteral("pc-q35-7.1"));
    again.setPinned(pinned);
    const auto remade = driver().create(again, call);
    QVERIFY2(remade, qPrintable(remade ? QString() : remade.error().text()));
    QCOMPARE(remade->pinned(), pinned);
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
    QFile commandLine(QStringLiteral("/proc/%1/cmdline").arg(m_fixture->pidOf(spec.id())));
    QVERIFY(commandLine.open(QIODevice::ReadOnly));
    QVERIFY(commandLine.readAll().contains("pc-q35-7.1"));
}

void QemuDriverTest::takesNewPlacesWhileStopped()
{
    PlainCall call;
    VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    QList<DiskSource> disks = spec.disks();
    const QString moved = disks[0].path() + QStringLiteral(".moved.img");
    QVERIFY(QFile::rename(disks[0].path(), moved));
    disks[0].setPath(moved);
    spec.setDisks(disks);
    QVERIFY(driver().create(spec, call));
    QVERIFY(m_fixture->restartDriver());
    const auto on = driver().powerOn(spec.id(), call);
    QVERIFY2(on, qPrintable(on ? QString() : on.error().text()));
}

void QemuDriverTest::refusesAnotherSpecOfAKnownId()
{
    PlainCall call;
    VmSpec spec = m_fixture->echoSpec();
    QVERIFY(driver().create(spec, call));
    spec.setCpus(2);
    const auto again = driver().create(spec, call);
    QVERIFY(!again);
    QCOMPARE(again.error().code(), Code::AlreadyExists);
    QCOMPARE(again.error().field(), QStringLiteral("cpus"));
}

void QemuDriverTest::knowsNothingOfStrangers()
{
    PlainCall call;
    const VmId id = VmId::create();
    QCOMPARE(driver().inspect(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().powerOn(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().powerOff(id, {}, call).error().code(), Code::NotFound);
    QCOMPARE(driver().pause(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().resume(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().openConsole(id, call).error().code(), Code::NotFound);
    QCOMPARE(driver().updateNic(id, {}, call).error().code(), Code::NotFound);
    QVERIFY(driver().remove(id, call));
}

void QemuDriverTest::tellsWhoStoppedAVm()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    QVERIFY(!id.isNull());
    const auto stopped = [&] { return m_fixture->stateOf(id) == VmState::Stopped; };

    QCOMPARE(::kill(m_fixture->pidOf(id), SIGTERM), 0); // the owner
    QVERIFY(m_fixture->waitFor(stopped));
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Host);

    QVERIFY(driver().powerOn(id, call));
    const UniqueFd console = m_fixture->waitUntilUp(id);
    QVERIFY(console);
    QCOMPARE(::write(console.get(), "q", 1), ssize_t(1)); // the guest itself
    QVERIFY(m_fixture->waitFor(stopped));
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Guest);

    QVERIFY(driver().powerOn(id, call));
    QCOMPARE(::kill(m_fixture->pidOf(id), SIGKILL), 0);
    QVERIFY(m_fixture->waitFor(stopped));
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Crashed);
    QVERIFY(m_fixture->restartDriver());
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Crashed);
    QVERIFY(driver().powerOn(id, call));
    QCOMPARE(m_fixture->reasonOf(id), StateReason::Unspecified);
}

void QemuDriverTest::holdsAVmStill()
{
    PlainCall call;
    const VmId id = m_fixture->runEcho();
    const UniqueFd console = m_fixture->waitUntilUp(id);
    QVERIFY(console);
    for (int i = 0; i < 10; ++i) {
        const auto paused = driver().pause(id, call);
        QVERIFY(paused);
        QCOMPARE(paused->state(), VmState::Paused);
        QVERIFY(paused->startedAtMs() > 0);
    }
    QVERIFY(m_fixture->restartDriver());
    QCOMPARE(m_fixture->stateOf(id), VmState::Paused);
    for (int i = 0; i < 10; ++i) {
        const auto resumed = driver().resume(id, call);
        QVERIFY(resumed);
        QCOMPARE(resumed->state(), VmState::Running);
    }
    QVERIFY(m_fixture->waitUntilUp(id));
    QVERIFY(driver().powerOff(id, {.force = true}, call));
    QCOMPARE(driver().pause(id, call).error().code(), Code::FailedPrecondition);
    QCOMPARE(driver().resume(id, call).error().code(), Code::FailedPrecondition);
}

void QemuDriverTest::readsCounters()
{
    PlainCall call;
    const VmId running = m_fixture->runEcho();
    QVERIFY(driver().create(m_fixture->echoSpec(), call)); // a stopped one has none
    QVERIFY(m_fixture->waitUntilUp(running));
    const auto usage = driver().usage(call);
    QVERIFY2(usage, qPrintable(usage ? QString() : usage.error().text()));
    QCOMPARE(usage->size(), 1);
    QCOMPARE(usage->first().vm(), running);
    QVERIFY(usage->first().cpuTimeNanoseconds() > 0);
    QVERIFY(usage->first().memoryBytes() > (1 << 20));
    QVERIFY(usage->first().diskReadBytes() >= 512);
}

void QemuDriverTest::reportsBadSpecsWithoutATrace()
{
    PlainCall call;
    VmSpec spec = m_fixture->echoSpec();
    spec.setCpus(0);
    const auto created = driver().create(spec, call);
    QVERIFY(!created);
    QCOMPARE(created.error().code(), Code::InvalidArgument);
    QCOMPARE(created.error().field(), QStringLiteral("cpus"));
    QVERIFY(!QFile::exists(m_fixture->folderOf(spec.id())));
    QCOMPARE(driver().list(call)->size(), 0);
}

void QemuDriverTest::doesNothingForACallThatIsOver()
{
    PlainCall call;
    const VmId running = m_fixture->runEcho();
    VmSpec stopped = m_fixture->echoSpec();
    QVERIFY(driver().create(stopped, call));
    QFile spec(m_fixture->folderOf(stopped.id()) + QStringLiteral("/spec.json"));
    QVERIFY(spec.open(QIODevice::ReadOnly));
    const QByteArray before = spec.readAll();
    stopped.setName(QStringLiteral("another"));

    const auto cancellation = std::make_shared<Cancellation>();
    cancellation->cancel();
    Call late(OperationId(), Call::Clock::now());
    Call cancelled(OperationId(), Call::Clock::now() + std::chrono::seconds(30), cancellation);
    for (const auto &[over, code] :
         {std::pair(&late, Code::DeadlineExceeded), std::pair(&cancelled, Code::Cancelled)}) {
        QCOMPARE(driver().powerOff(running, {.force = true}, *over).error().code(), code);
        QCOMPARE(driver().powerOff(stopped.id(), {.force = true}, *over).error().code(), code);
        QCOMPARE(driver().pause(running, *over).error().code(), code);
        QCOMPARE(driver().updateNic(stopped.id(), {}, *over).error().code(), code);
        QCOMPARE(driver().create(stopped, *over).error().code(), code);
        QCOMPARE(driver().remove(running, *over).error().code(), code);
        QCOMPARE(driver().remove(stopped.id(), *over).error().code(), code);
        QCOMPARE(driver().list(*over).error().code(), code);
    }
    QCOMPARE(m_fixture->stateOf(running), VmState::Running);
    QCOMPARE(m_fixture->stateOf(stopped.id()), VmState::Stopped);
    spec.seek(0);
    QCOMPARE(spec.readAll(), before);
}

void QemuDriverTest::startsManyAtOnce()
{
    PlainCall call;
    QList<VmId> ids;
    for (int i = 0; i < 4; ++i) {
        const VmSpec spec = m_fixture->echoSpec();
        QVERIFY(driver().create(spec, call));
        ids.append(spec.id());
    }
    {
        std::vector<std::jthread> threads;
        for (const VmId id : ids)
            threads.emplace_back([this, id] {
                PlainCall own;
                const auto on = driver().powerOn(id, own);
                if (!on)
                    qWarning("%s", qPrintable(on.error().text()));
            });
    }
    const auto listed = driver().list(call);
    QVERIFY(listed);
    QCOMPARE(listed->size(), 4);
    for (const VmInfo &each : *listed)
        QCOMPARE(each.state(), VmState::Running);
}

QTEST_GUILESS_MAIN(QemuDriverTest)
#include "QemuDriverTest.moc"
