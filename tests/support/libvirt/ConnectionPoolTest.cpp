// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "libvirt/ConnectionPool.h"

#include <algorithm>
#include <thread>

#include <QtCore/QElapsedTimer>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>
#include <sys/socket.h>
#include <sys/un.h>

#include "RecordingListener.h"

using namespace ghost;
using namespace std::chrono_literals;
using libvirt::ConnectionPool;
using libvirt::PoolOptions;

namespace {

/// libvirt's built-in test driver: no daemon, real connections.
PoolOptions testDriver(int connections)
{
    PoolOptions options;
    options.uri = QStringLiteral("test:///default");
    options.connections = connections;
    return options;
}

/// A daemon that accepts nothing and says nothing: what a stopped libvirtd looks like to a new client.
class SilentDaemon
{
public:
    SilentDaemon()
    {
        m_path = m_dir.filePath(QStringLiteral("sock"));
        m_socket = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, m_path.toLocal8Bit().constData(), sizeof address.sun_path);
        if (::bind(m_socket.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0 ||
            ::listen(m_socket.get(), 16) != 0)
            qFatal("cannot listen on %s", qPrintable(m_path));
    }
    QString uri() const { return QStringLiteral("qemu+unix:///system?socket=%1").arg(m_path); }
    void end() { m_socket.reset(); }

private:
    QTemporaryDir m_dir;
    QString m_path;
    UniqueFd m_socket;
};

} // namespace

class ConnectionPoolTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void lendsAConnectionThatWorks();
    void neverLendsOneConnectionToTwo();
    void makesTheNextCallerWaitForAFreeConnection();
    void stopsWaitingWhenTheCallIsCancelled();
    void stopsWaitingAtTheDeadline();
    void replacesAConnectionThatLeftThePool();
    void answersUnavailableAtOnceWhileTheDaemonIsSilent();
    void tellsWhyItCannotConnect();
    void refusesWaitersWhenItStops();
    void passesLibvirtsOwnWordsOn();
};

void ConnectionPoolTest::lendsAConnectionThatWorks()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(2), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    QTRY_COMPARE(listener.connects, 1);
    const auto lease = pool.acquire(call);
    QVERIFY(lease);
    QCOMPARE(virConnectNumOfDomains(lease->get()), 1);
    QCOMPARE(listener.registrations, 1);
    QCOMPARE(listener.losses, 0);
}

void ConnectionPoolTest::neverLendsOneConnectionToTwo()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(3), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    std::mutex mutex;
    std::vector<virConnectPtr> inUse;
    std::atomic<int> clashes{0};
    std::atomic<int> done{0};
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 50; ++turn) {
                PlainCall mine;
                const auto lease = pool.acquire(mine);
                if (!lease)
                    return;
                {
                    const std::lock_guard lock(mutex);
                    clashes += static_cast<int>(std::count(inUse.begin(), inUse.end(), lease->get()));
                    inUse.push_back(lease->get());
                }
                virConnectNumOfDomains(lease->get());
                const std::lock_guard lock(mutex);
                std::erase(inUse, lease->get());
                ++done;
            }
        });
    threads.clear();
    QCOMPARE(done, 400);
    QCOMPARE(clashes, 0);
}

void ConnectionPoolTest::makesTheNextCallerWaitForAFreeConnection()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(1), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    auto first = std::make_unique<Result<libvirt::Lease>>(pool.acquire(call));
    QVERIFY(*first);
    std::atomic<bool> served{false};
    std::jthread second([&] {
        PlainCall mine;
        served = pool.acquire(mine).has_value();
    });
    PlainCall brief(50ms);
    QVERIFY(!pool.acquire(brief)); // the second is ahead in the queue, and nobody is served
    QVERIFY(!served);
    first.reset();
    second.join();
    QVERIFY(served);
}

void ConnectionPoolTest::stopsWaitingWhenTheCallIsCancelled()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(1), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    const auto first = pool.acquire(call);
    const auto cancellation = std::make_shared<Cancellation>();
    Code code = Code::Unspecified;
    std::jthread second([&] {
        Call cancelled(OperationId(), Call::Clock::now() + 20s, cancellation);
        const auto lease = pool.acquire(cancelled);
        code = lease ? Code::Unspecified : lease.error().code();
    });
    PlainCall brief(50ms);
    QVERIFY(!pool.acquire(brief)); // by then the second waits, too
    cancellation->cancel();
    second.join();
    QCOMPARE(code, Code::Cancelled);
}

void ConnectionPoolTest::stopsWaitingAtTheDeadline()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(1), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    const auto first = pool.acquire(call);
    PlainCall brief(20ms);
    const auto second = pool.acquire(brief);
    QVERIFY(!second);
    QCOMPARE(second.error().code(), Code::DeadlineExceeded);
}

void ConnectionPoolTest::replacesAConnectionThatLeftThePool()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(1), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    auto console = pool.acquire(call);
    QVERIFY(console);
    console->leavePool();
    const auto other = pool.acquire(call);
    QVERIFY(other);
    QVERIFY(other->get() != console->get());
    QCOMPARE(virConnectNumOfDomains(console->get()), 1);
}

void ConnectionPoolTest::answersUnavailableAtOnceWhileTheDaemonIsSilent()
{
    SilentDaemon daemon;
    RecordingListener listener;
    PoolOptions options;
    options.uri = daemon.uri();
    ConnectionPool pool(options, listener);
    PlainCall call;
    QVERIFY(!pool.waitConnected(call, 50ms));
    QElapsedTimer timer;
    timer.start();
    const auto lease = pool.acquire(call);
    QVERIFY(!lease);
    QCOMPARE(lease.error().code(), Code::Unavailable);
    QVERIFY2(lease.error().message().contains(options.uri), qPrintable(lease.error().message()));
    QVERIFY2(timer.elapsed() < 100, qPrintable(QString::number(timer.elapsed())));
    timer.restart();
    pool.stop(); // leaves the thread that is stuck in virConnectOpen behind
    QVERIFY2(timer.elapsed() < 3000, qPrintable(QString::number(timer.elapsed())));
    daemon.end();
}

void ConnectionPoolTest::tellsWhyItCannotConnect()
{
    RecordingListener listener;
    PoolOptions options;
    options.uri = QStringLiteral("qemu+unix:///system?socket=/nowhere/sock");
    ConnectionPool pool(options, listener);
    QVERIFY(raisedWithin(listener.down, 10s));
    QVERIFY2(listener.reason().contains(QStringLiteral("/nowhere/sock")), qPrintable(listener.reason()));
    PlainCall call;
    const auto lease = pool.acquire(call);
    QVERIFY(!lease);
    QCOMPARE(lease.error().code(), Code::Unavailable);
    QVERIFY(lease.error().message().contains(QStringLiteral("/nowhere/sock")));
    QVERIFY2(listener.logged().contains(QStringLiteral("/nowhere/sock")), qPrintable(listener.logged()));
    QCOMPARE(listener.connects, 0);
}

void ConnectionPoolTest::refusesWaitersWhenItStops()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(1), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    const auto first = pool.acquire(call);
    Code code = Code::Unspecified;
    std::jthread waiter([&] {
        PlainCall mine;
        const auto lease = pool.acquire(mine);
        code = lease ? Code::Unspecified : lease.error().code();
    });
    pool.stop();
    waiter.join();
    QCOMPARE(code, Code::Unavailable);
}

void ConnectionPoolTest::passesLibvirtsOwnWordsOn()
{
    RecordingListener listener;
    ConnectionPool pool(testDriver(1), listener);
    PlainCall call;
    QVERIFY(pool.waitConnected(call, 10s));
    const auto lease = pool.acquire(call);
    QVERIFY(lease);
    QVERIFY(!virDomainLookupByName(lease->get(), "nobody"));
    QVERIFY2(listener.logged().contains(QStringLiteral("libvirt: Domain not found")), qPrintable(listener.logged()));
}

QTEST_GUILESS_MAIN(ConnectionPoolTest)
#include "ConnectionPoolTest.moc"
