// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/EventLoop.h"

#include <atomic>
#include <thread>

#include <QtCore/QTimer>
#include <QtTest/QTest>
#include <ghost/Call.h>
#include <unistd.h>

using namespace ghost;
using namespace std::chrono_literals;

namespace {

/// Registered with libvirt by its address; must outlive the registration, which the loop ends in its own time.
struct Probe
{
    Signal called;
    Signal released;
    std::atomic<std::thread::id> thread;

    static void ready(int, int, int, void *opaque) { static_cast<Probe *>(opaque)->note(); }
    static void due(int, void *opaque) { static_cast<Probe *>(opaque)->note(); }
    static void release(void *opaque) { static_cast<Probe *>(opaque)->released.raise(); }
    void note()
    {
        thread = std::this_thread::get_id();
        called.raise();
    }
};

bool raised(Signal &signal)
{
    Call call(OperationId(), Call::Clock::now() + 10s);
    return call.wait(signal) == Call::Wake::Raised;
}

} // namespace

class EventLoopTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { libvirt::EventLoop::ensure(); }
    void callsTimersOnItsOwnThreadWhileQtsLoopRuns();
    void callsBackWhenADescriptorIsReadable();
    void isSilentWhileSwitchedOff();
    void releasesWhatIsRemoved();
    void wakesOnceForAllLongTimers();
};

void EventLoopTest::callsTimersOnItsOwnThreadWhileQtsLoopRuns()
{
    // The bug that this loop exists for: libvirt's own loop shares GLib's default context with Qt's main loop.
    Probe probe;
    const int timer = virEventAddTimeout(10, &Probe::due, &probe, &Probe::release);
    QTRY_VERIFY(probe.thread.load() != std::thread::id());
    QVERIFY(probe.thread.load() != std::this_thread::get_id());
    virEventRemoveTimeout(timer);
    QVERIFY(raised(probe.released));
}

void EventLoopTest::callsBackWhenADescriptorIsReadable()
{
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    Probe probe;
    const int watch = virEventAddHandle(ends[0], VIR_EVENT_HANDLE_READABLE, &Probe::ready, &probe, &Probe::release);
    QCOMPARE(::write(ends[1], "x", 1), ssize_t(1));
    QVERIFY(raised(probe.called));
    virEventRemoveHandle(watch);
    QVERIFY(raised(probe.released));
    ::close(ends[0]);
    ::close(ends[1]);
}

void EventLoopTest::isSilentWhileSwitchedOff()
{
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    Probe silent;
    Probe later;
    const int watch = virEventAddHandle(ends[0], 0, &Probe::ready, &silent, &Probe::release);
    QCOMPARE(::write(ends[1], "x", 1), ssize_t(1));
    const int timer = virEventAddTimeout(20, &Probe::due, &later, &Probe::release);
    QVERIFY(raised(later.called)); // the loop has turned
    QVERIFY(silent.thread.load() == std::thread::id());
    virEventUpdateHandle(watch, VIR_EVENT_HANDLE_READABLE);
    QVERIFY(raised(silent.called));
    virEventRemoveHandle(watch);
    virEventRemoveTimeout(timer);
    QVERIFY(raised(silent.released));
    QVERIFY(raised(later.released));
    ::close(ends[0]);
    ::close(ends[1]);
}

void EventLoopTest::releasesWhatIsRemoved()
{
    Probe probe;
    const int timer = virEventAddTimeout(-1, &Probe::due, &probe, &Probe::release);
    QCOMPARE(virEventRemoveTimeout(timer), 0);
    QCOMPARE(virEventRemoveTimeout(timer), -1);
    QVERIFY(raised(probe.released));
    QVERIFY(probe.thread.load() == std::thread::id());
}

void EventLoopTest::wakesOnceForAllLongTimers()
{
    const auto intoTheSecond = [] { return std::chrono::steady_clock::now().time_since_epoch() % 1s; };
    QTRY_VERIFY(intoTheSecond() > 400ms && intoTheSecond() < 480ms);
    Probe probe;
    const int timer = virEventAddTimeout(1000, &Probe::due, &probe, &Probe::release);
    QVERIFY(raised(probe.called));
    QVERIFY(intoTheSecond() < 400ms); // at the full second, where all the others are
    virEventRemoveTimeout(timer);
    QVERIFY(raised(probe.released));
}

QTEST_GUILESS_MAIN(EventLoopTest)
#include "EventLoopTest.moc"
