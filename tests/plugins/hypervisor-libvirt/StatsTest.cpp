// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "Stats.h"

#include <QtTest/QTest>

using namespace ghost;

class StatsTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { QCOMPARE(virInitialize(), 0); }
    void addsUpDisksAndNics();
    void readsZeroWhereNothingIsKnown();
};

void StatsTest::addsUpDisksAndNics()
{
    virTypedParameterPtr parameters = nullptr;
    int count = 0;
    int capacity = 0;
    const auto add = [&](const char *name, unsigned long long value) {
        virTypedParamsAddULLong(&parameters, &count, &capacity, name, value);
    };
    virTypedParamsAddUInt(&parameters, &count, &capacity, "net.count", 2);
    virTypedParamsAddUInt(&parameters, &count, &capacity, "block.count", 2);
    add("cpu.time", 123456789);
    add("balloon.rss", 1024);
    add("net.0.rx.bytes", 1);
    add("net.1.rx.bytes", 10);
    add("net.0.tx.bytes", 2);
    add("block.0.rd.bytes", 100);
    add("block.1.rd.bytes", 1000);
    add("block.1.wr.bytes", 7);
    const VmUsage usage = usageOf(parameters, count);
    virTypedParamsFree(parameters, count);
    QCOMPARE(usage.cpuTimeNanoseconds(), qint64(123456789));
    QCOMPARE(usage.memoryBytes(), qint64(1024 * 1024));
    QCOMPARE(usage.networkReceivedBytes(), qint64(11));
    QCOMPARE(usage.networkSentBytes(), qint64(2));
    QCOMPARE(usage.diskReadBytes(), qint64(1100));
    QCOMPARE(usage.diskWrittenBytes(), qint64(7));
}

void StatsTest::readsZeroWhereNothingIsKnown()
{
    QCOMPARE(usageOf(nullptr, 0), VmUsage());
}

QTEST_GUILESS_MAIN(StatsTest)
#include "StatsTest.moc"
