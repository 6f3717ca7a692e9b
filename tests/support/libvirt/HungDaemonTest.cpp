// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/ConnectionPool.h"

#include <csignal>
#include <thread>
#include <vector>

#include <QtCore/QElapsedTimer>
#include <QtCore/QFile>
#include <QtTest/QTest>

#include "RecordingListener.h"
#include "StallingProxy.h"
#include "libvirt/LibvirtError.h"

using namespace ghost;
using namespace std::chrono_literals;
using libvirt::ConnectionPool;

/// Against the machine's real libvirtd, behind a proxy that can hang: nobody else's libvirtd is stopped.
class HungDaemonTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void survivesCallsOnEveryConnectionWhileTheDaemonHangs();
    void noticesAHangWithoutACall();
    void connectsAgainAfterTheDaemonWasKilled();
    void stopsWhileTheDaemonHangs();
};

namespace {

libvirt::PoolOptions throughProxy(const StallingProxy &proxy)
{
    libvirt::PoolOptions options;
    options.uri = proxy.uri();
    options.connections = 4;
    return options;
}

} // namespace

void HungDaemonTest::initTestCase()
{
    if (!QFile::exists(QStringLiteral("/run/libvirt/libvirt-sock")))
        QSKIP("no libvirtd on this machine");
    std::signal(SIGPIPE, SIG_IGN); // as in the agent: libvirt writes to connections that were cut
}

void HungDaemonTest::survivesCallsOnEveryConnectionWhileTheDaemonHangs()
{
    StallingProxy proxy;
    RecordingListener listener;
    ConnectionPool pool(throughProxy(proxy), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    proxy.stall();

    QElapsedTimer timer;
    timer.start();
    std::atomic<int> unavailable{0};
    std::vector<std::jthread> callers;
    for (int i = 0; i < 8;
         ++i) // twice as many as connections: some have the call under way, some wait for a connection
        callers.emplace_back([&] {
            PlainCall mine;
            const auto lease = pool.acquire(mine);
            if (!lease) {
                unavailable += lease.error().code() == Code::Unavailable;
                return;
            }
            unsigned long version = 0;
            if (virConnectGetLibVersion(lease->get(), &version) < 0)
                unavailable += libvirt::lastError(QStringLiteral("call")).code() == Code::Unavailable;
        });
    callers.clear();
    QVERIFY2(timer.elapsed() < 8000, qPrintable(QString::number(timer.elapsed())));
    QCOMPARE(unavailable, 8);
    qInfo("hang known after %lld ms", timer.elapsed());
    QVERIFY(raisedWithin(listener.down, 3s));

    timer.restart();
    const auto refused = pool.acquire(call);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code(), Code::Unavailable);
    QVERIFY2(timer.elapsed() < 100, qPrintable(QString::number(timer.elapsed())));
    QVERIFY2(refused.error().message().contains(QStringLiteral("libvirtd does not answer")),
             qPrintable(refused.error().message()));

    listener.up.clear();
    timer.restart();
    proxy.resume();
    QVERIFY(raisedWithin(listener.up, 5s));
    qInfo("back after %lld ms", timer.elapsed());
    QCOMPARE(listener.registrations, 2);
    PlainCall again;
    const auto lease = pool.acquire(again);
    QVERIFY(lease);
    QVERIFY(virConnectNumOfDomains(lease->get()) >= 0);
}

void HungDaemonTest::noticesAHangWithoutACall()
{
    StallingProxy proxy;
    RecordingListener listener;
    ConnectionPool pool(throughProxy(proxy), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    proxy.stall();
    QVERIFY(raisedWithin(listener.down, 8s));
    QVERIFY2(listener.reason().contains(QStringLiteral("does not answer")), qPrintable(listener.reason()));
}

void HungDaemonTest::connectsAgainAfterTheDaemonWasKilled()
{
    StallingProxy proxy;
    RecordingListener listener;
    ConnectionPool pool(throughProxy(proxy), listener);
    QVERIFY(raisedWithin(listener.up, 10s));
    proxy.cut();
    QVERIFY(raisedWithin(listener.down, 3s));
    QVERIFY(raisedWithin(listener.up, 5s));
    QCOMPARE(listener.connects, 2);
}

void HungDaemonTest::stopsWhileTheDaemonHangs()
{
    StallingProxy proxy;
    RecordingListener listener;
    ConnectionPool pool(throughProxy(proxy), listener);
    QVERIFY(raisedWithin(listener.up, 10s));
    proxy.stall();
    QElapsedTimer timer;
    timer.start();
    pool.stop();
    QVERIFY2(timer.elapsed() < 8000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_GUILESS_MAIN(HungDaemonTest)
#include "HungDaemonTest.moc"
