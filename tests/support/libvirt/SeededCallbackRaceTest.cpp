// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtTest/QTest>

#include "RecordingListener.h"
#include "libvirt/ConnectionPool.h"
#include "libvirt/Handles.h"

using namespace ghost;
using namespace std::chrono_literals;

namespace {

class CountingListener : public RecordingListener
{
public:
    Result<void> registerEvents(libvirt::Connection &connection) override
    {
        return connection.onDomainLifecycle([this](virDomainPtr, int, int) {
            ++count;
            eventSeen.raise();
        });
    }
    int count = 0;
};

} // namespace

/// A race in what libvirt calls, on purpose: thread sanitizer must see it although it is silent on libvirt itself.
class SeededCallbackRaceTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void aCallbackCountsWithoutALock()
    {
        CountingListener listener;
        libvirt::PoolOptions options;
        options.uri = QStringLiteral("test:///default");
        options.connections = 1;
        libvirt::ConnectionPool pool(options, listener);
        PlainCall call;
        QVERIFY(pool.waitConnected(call, 10s));
        const auto lease = pool.acquire(call);
        QVERIFY(lease);
        const libvirt::DomainHandle domain(virDomainLookupByName(lease->get(), "test"));
        QVERIFY(domain);
        for (int turn = 0; turn < 20; ++turn) {
            QCOMPARE(virDomainSuspend(domain.get()), 0);
            QCOMPARE(virDomainResume(domain.get()), 0);
            ++listener.count;
        }
        QVERIFY(raisedWithin(listener.eventSeen, 10s));
    }
};

QTEST_GUILESS_MAIN(SeededCallbackRaceTest)
#include "SeededCallbackRaceTest.moc"
