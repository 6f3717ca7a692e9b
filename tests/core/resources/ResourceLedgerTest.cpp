// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <barrier>
#include <thread>
#include <vector>

#include <QtTest/QtTest>

#include "resources/ResourceLedger.h"

using namespace ghost;

namespace {

constexpr qint64 mib = qint64(1) << 20;
constexpr qint64 gib = qint64(1) << 30;

/// 8 CPUs, 25 GiB, 200 GiB, of which the owner keeps 1, 2 GiB and 10 GiB.
ResourceLedger ledger()
{
    return {[] { return HostTotals{8, 25 * gib, 200 * gib}; }, {1, 2 * gib, 10 * gib}};
}

/// Everything by default: 2 CPUs, 4 GiB, 50 GiB.
ResourceLedger::Request standard()
{
    ResourceLedger::Request request;
    request.defaults = {2, 4 * gib, 50 * gib};
    return request;
}

} // namespace

class ResourceLedgerTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    /// Who tells of an operation's end must not wait for a file system.
    void thePictureIsDrawnWithoutMeasuring()
    {
        int measured = 0;
        ResourceLedger resources([&] { return HostTotals{8, 25 * gib, ++measured * gib}; }, {});
        QCOMPARE(resources.picture().totalDiskBytes(), gib);
        QCOMPARE(resources.picture().totalDiskBytes(), gib);
        resources.refresh();
        QCOMPARE(resources.picture().totalDiskBytes(), 2 * gib);
        QVERIFY(resources.admitDisk(OperationId::create(), 1));
        QCOMPARE(resources.picture().totalDiskBytes(), 3 * gib);
        QCOMPARE(measured, 3);
    }

    void grantsTheDefaultsWhereThereIsEnough()
    {
        ResourceLedger resources = ledger();
        const auto grant = resources.admit(VmId::create(), standard()).value();
        QCOMPARE(grant.amounts, (Amounts{2, 4 * gib, 50 * gib}));
        QVERIFY(grant.notes.isEmpty());
    }

    void capsADefaultAndSaysWhy()
    {
        ResourceLedger resources = ledger();
        resources.restore(VmId::create(), {4, 20 * gib, 150 * gib});
        const auto grant = resources.admit(VmId::create(), standard()).value();
        QCOMPARE(grant.amounts, (Amounts{2, 3 * gib, 40 * gib}));
        QCOMPARE(
            grant.notes,
            QStringList({"memory capped to 3 GiB: 25 GiB total, 2 GiB kept for the owner, 20 GiB promised to VMs",
                         "disk capped to 40 GiB: 200 GiB total, 10 GiB kept for the owner, 150 GiB promised to VMs"}));
    }

    void capsCpusPerVmAndDoesNotSumThem()
    {
        ResourceLedger resources([] { return HostTotals{2, 25 * gib, 200 * gib}; }, {1, 0, 0});
        const auto first = resources.admit(VmId::create(), standard()).value();
        QCOMPARE(first.amounts.cpus, 1);
        QCOMPARE(first.notes, QStringList({"cpus capped to 1: 2 total, 1 kept for the owner"}));
        QCOMPARE(resources.admit(VmId::create(), standard()).value().amounts.cpus, 1);
    }

    void leavesAVmOneCpuEvenWhenTheOwnerKeepsAll()
    {
        ResourceLedger resources([] { return HostTotals{2, 25 * gib, 200 * gib}; }, {4, 0, 0});
        QCOMPARE(resources.admit(VmId::create(), standard()).value().amounts.cpus, 1);
    }

    void refuses_data()
    {
        QTest::addColumn<int>("cpus"); // -1: default
        QTest::addColumn<qint64>("memoryBytes");
        QTest::addColumn<qint64>("diskBytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("field");
        const qint64 standardly = -1;
        const int wrong = int(Code::InvalidArgument);
        const int exhausted = int(Code::ResourceExhausted);
        QTest::newRow("no CPU") << 0 << standardly << standardly << wrong << "cpus";
        QTest::newRow("negative CPUs") << -2 << standardly << standardly << wrong << "cpus";
        QTest::newRow("one CPU too many") << 8 << standardly << standardly << exhausted << "cpus";
        QTest::newRow("1,000 CPUs") << 1000 << standardly << standardly << exhausted << "cpus";
        QTest::newRow("no memory") << -1 << qint64(0) << standardly << wrong << "memory_bytes";
        QTest::newRow("negative memory") << -1 << qint64(-5) << standardly << wrong << "memory_bytes";
        QTest::newRow("hardly any memory") << -1 << 63 * mib << standardly << wrong << "memory_bytes";
        QTest::newRow("a byte too much memory") << -1 << 23 * gib + 1 << standardly << exhausted << "memory_bytes";
        QTest::newRow("all memory there is")
            << -1 << std::numeric_limits<qint64>::max() << standardly << exhausted << "memory_bytes";
        QTest::newRow("no disk") << -1 << standardly << qint64(0) << wrong << "disk_bytes";
        QTest::newRow("negative disk") << -1 << standardly << std::numeric_limits<qint64>::min() << wrong
                                       << "disk_bytes";
        QTest::newRow("disk below its image") << -1 << standardly << 5 * gib - 1 << wrong << "disk_bytes";
        QTest::newRow("too much disk") << -1 << standardly << 191 * gib << exhausted << "disk_bytes";
    }
    void refuses()
    {
        QFETCH(int, cpus);
        QFETCH(qint64, memoryBytes);
        QFETCH(qint64, diskBytes);
        QFETCH(int, code);
        QFETCH(QString, field);
        ResourceLedger::Request request = standard();
        request.minimumDiskBytes = 5 * gib;
        if (cpus != -1)
            request.cpus = cpus;
        if (memoryBytes != -1)
            request.memoryBytes = memoryBytes;
        if (diskBytes != -1)
            request.diskBytes = diskBytes;
        ResourceLedger resources = ledger();
        const auto grant = resources.admit(VmId::create(), request);
        QVERIFY(!grant);
        QCOMPARE(int(grant.error().code()), code);
        QCOMPARE(grant.error().field(), field);
        QCOMPARE(resources.picture().promisedMemoryBytes(), qint64(0));
    }

    void saysTheNumbersWhenThereIsNotEnough()
    {
        ResourceLedger resources = ledger();
        resources.restore(VmId::create(), {2, 20 * gib, 0});
        ResourceLedger::Request request = standard();
        request.memoryBytes = 8 * gib;
        QCOMPARE(resources.admit(VmId::create(), request).error().message(),
                 QString("8 GiB of memory asked for, 3 GiB left: 25 GiB total, 2 GiB kept for the owner, "
                         "20 GiB promised to VMs"));
    }

    void promisesDiskToAnOperation()
    {
        ResourceLedger resources = ledger();
        resources.restore(VmId::create(), {1, gib, 150 * gib});
        const OperationId first = OperationId::create();
        QVERIFY(resources.admitDisk(first, 30 * gib));
        const auto second = resources.admitDisk(OperationId::create(), 10 * gib + 1);
        QVERIFY(!second);
        QCOMPARE(second.error().code(), Code::ResourceExhausted);
        QCOMPARE(resources.picture().promisedDiskBytes(), 180 * gib);
        QCOMPARE(resources.admit(VmId::create(), standard()).value().amounts.diskBytes, 10 * gib);
        resources.release(first);
        QCOMPARE(resources.picture().promisedDiskBytes(), 160 * gib);
    }

    void takesAllThatIsLeftWhenAskedForExactly()
    {
        ResourceLedger resources = ledger();
        ResourceLedger::Request request = standard();
        request.cpus = 7;
        request.memoryBytes = 23 * gib;
        request.diskBytes = 190 * gib;
        QCOMPARE(resources.admit(VmId::create(), request).value().amounts, (Amounts{7, 23 * gib, 190 * gib}));
    }

    void doesNotCapBelowWhatMakesSense()
    {
        ResourceLedger resources = ledger();
        resources.restore(VmId::create(), {2, 23 * gib - 63 * mib, 0});
        const auto memory = resources.admit(VmId::create(), standard());
        QVERIFY(!memory);
        QCOMPARE(memory.error().code(), Code::ResourceExhausted);
        QCOMPARE(memory.error().field(), QString("memory_bytes"));

        ResourceLedger others = ledger();
        others.restore(VmId::create(), {2, 0, 188 * gib});
        ResourceLedger::Request request = standard();
        request.minimumDiskBytes = 3 * gib;
        const auto disk = others.admit(VmId::create(), request);
        QVERIFY(!disk);
        QCOMPARE(disk.error().field(), QString("disk_bytes"));
    }

    void raisesTheDefaultDiskToTheImage()
    {
        ResourceLedger resources = ledger();
        ResourceLedger::Request request = standard();
        request.minimumDiskBytes = 60 * gib;
        const auto grant = resources.admit(VmId::create(), request).value();
        QCOMPARE(grant.amounts.diskBytes, 60 * gib);
        QCOMPARE(grant.notes, QStringList({"disk raised to 60 GiB: the image needs it"}));
    }

    void aVmWithoutADiskNeedsNone()
    {
        ResourceLedger resources([] { return HostTotals{2, 25 * gib, 0}; }, {0, 0, 10 * gib});
        ResourceLedger::Request request;
        request.defaults = {1, gib, 0};
        QCOMPARE(resources.admit(VmId::create(), request).value().amounts, (Amounts{1, gib, 0}));
    }

    void restoresMoreThanThereIsAndThenGrantsNothing()
    {
        ResourceLedger resources = ledger();
        resources.restore(VmId::create(), {64, 100 * gib, 900 * gib});
        QCOMPARE(resources.picture().promisedMemoryBytes(), 100 * gib);
        const auto grant = resources.admit(VmId::create(), standard());
        QVERIFY(!grant);
        QCOMPARE(grant.error().code(), Code::ResourceExhausted);
    }

    void releaseGivesBack()
    {
        ResourceLedger resources = ledger();
        ResourceLedger::Request request = standard();
        request.memoryBytes = 20 * gib;
        const VmId vm = VmId::create();
        QVERIFY(resources.admit(vm, request));
        QVERIFY(!resources.admit(VmId::create(), request));
        resources.release(vm);
        resources.release(vm);
        QVERIFY(resources.admit(VmId::create(), request));
    }

    void admittingAVmAgainReplacesItsPromise()
    {
        ResourceLedger resources = ledger();
        ResourceLedger::Request request = standard();
        request.memoryBytes = 20 * gib;
        const VmId vm = VmId::create();
        QVERIFY(resources.admit(vm, request));
        QVERIFY(resources.admit(vm, request));
        QCOMPARE(resources.picture().promisedMemoryBytes(), 20 * gib);
        request.memoryBytes = 24 * gib;
        QVERIFY(!resources.admit(vm, request));
        QCOMPARE(resources.picture().promisedMemoryBytes(), 20 * gib);
    }

    void ofTenAtOnceThreeFit()
    {
        ResourceLedger resources = ledger();
        ResourceLedger::Request request = standard();
        request.memoryBytes = 7 * gib; // 23 are left
        request.diskBytes = gib;
        std::atomic<int> granted = 0;
        std::atomic<int> refused = 0;
        std::barrier start(10);
        {
            std::vector<std::jthread> threads;
            for (int i = 0; i < 10; ++i)
                threads.emplace_back([&] {
                    start.arrive_and_wait();
                    const auto grant = resources.admit(VmId::create(), request);
                    (grant ? granted : refused)++;
                });
        }
        QCOMPARE(granted.load(), 3);
        QCOMPARE(refused.load(), 7);
        QCOMPARE(resources.picture().promisedMemoryBytes(), 21 * gib);
    }

    void picturesTheHost()
    {
        ResourceLedger resources = ledger();
        resources.restore(VmId::create(), {2, 3 * gib, 4 * gib});
        const HostResources picture = resources.picture();
        QCOMPARE(picture.totalCpus(), 8);
        QCOMPARE(picture.reservedCpus(), 1);
        QCOMPARE(picture.totalMemoryBytes(), 25 * gib);
        QCOMPARE(picture.reservedMemoryBytes(), 2 * gib);
        QCOMPARE(picture.promisedMemoryBytes(), 3 * gib);
        QCOMPARE(picture.totalDiskBytes(), 200 * gib);
        QCOMPARE(picture.reservedDiskBytes(), 10 * gib);
        QCOMPARE(picture.promisedDiskBytes(), 4 * gib);
    }
};

QTEST_GUILESS_MAIN(ResourceLedgerTest)
#include "ResourceLedgerTest.moc"
