// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include <QtTest/QTest>

#include "support/Http.h"
#include "support/RealHost.h"

using namespace ghost::e2e;

namespace {

QByteArray bothHypervisors()
{
    return realConfig()
               .replace("hypervisor-libvirt,", "hypervisor-libvirt, hypervisor-fake,")
               .replace("api-grpc]", "api-grpc, metrics-prometheus]") +
           "settings: {metrics-prometheus: {listen: '127.0.0.1:0'}}\n";
}

/// Above 0, or -1 where @p page has it not.
double counterOf(const QByteArray &page, const QByteArray &metric, const QByteArray &vm)
{
    const QByteArray begin = "\nghost_vm_" + metric + "{vm=\"" + vm + "\",";
    const qsizetype at = page.indexOf(begin);
    if (at < 0)
        return -1;
    const QByteArray line = page.mid(at + 1, page.indexOf('\n', at + 1) - at - 1);
    return line.mid(line.lastIndexOf(' ') + 1).toDouble();
}

QByteArray staleness(const char *plugin, int value)
{
    return "\nghost_vm_usage_stale{plugin=\"" + QByteArray(plugin) + "\"} " + QByteArray::number(value) + '\n';
}

} // namespace

/// A scrape while the real libvirtd hangs.
class StaleMetricsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanup() { m_host.libvirtd().thaw(); }
    void answersInTimeWhileLibvirtdIsFrozen();

private:
    RealHost m_host;
};

void StaleMetricsTest::initTestCase()
{
    GHOST_E2E_NEEDS(m_host);
    QCOMPARE(m_host.agent().terminate(), 0);
    m_host.agent().writeConfig(bothHypervisors());
    QVERIFY2(m_host.agent().start(), m_host.agent().standardError().constData());
    const Outcome created = m_host.ctl().run("vm create --name real");
    QVERIFY2(created.exitCode == 0, created.text().constData());
}

void StaleMetricsTest::answersInTimeWhileLibvirtdIsFrozen()
{
    const QString metrics = endpoint(m_host.agent(), "metrics");
    const auto isFresh = [&] { return curl(metrics, "/metrics").body.contains(staleness("hypervisor-libvirt", 0)); };
    QVERIFY(waitUntil(seconds(20), isFresh));
    const QByteArray before = curl(metrics, "/metrics").body;
    const double cpuBefore = counterOf(before, "cpu_seconds_total", "real");
    QVERIFY2(cpuBefore > 0, before.constData());
    QVERIFY2(counterOf(before, "memory_resident_bytes", "real") > 1024.0 * 1024, before.constData());
    QVERIFY2(counterOf(before, "disk_read_bytes_total", "real") > 0, before.constData());
    QVERIFY2(counterOf(before, "network_received_bytes_total", "real") > 0, before.constData());
    m_host.libvirtd().freeze();
    qint64 slowest = 0;
    QByteArray wrong; // the first page that is
    // First it does not answer, then it is known to be dead.
    const bool isKnown = waitUntil(seconds(20), [&] {
        const Page page = curl(metrics, "/metrics");
        slowest = std::max(slowest, page.elapsedMilliseconds);
        const bool isRight = page.status == 200 && page.body.contains(staleness("hypervisor-libvirt", 1)) &&
                             page.body.contains(staleness("hypervisor-fake", 0)) &&
                             counterOf(page.body, "cpu_seconds_total", "real") >= cpuBefore && // the last known
                             (page.body.contains("\nghost_vms{state=\"running\"} 1\n") ||
                              page.body.contains("\nghost_vms{state=\"unknown\"} 1\n"));
        if (!isRight && wrong.isEmpty())
            wrong = QByteArray::number(page.status) + ' ' + page.body;
        return page.body.contains("\nghost_plugin_connected{plugin=\"hypervisor-libvirt\"} 0\n") &&
               page.body.contains("\nghost_vms{state=\"unknown\"} 1\n");
    });
    m_host.libvirtd().thaw();
    QVERIFY2(wrong.isEmpty(), wrong.constData());
    QVERIFY(isKnown);
    qInfo("a scrape took %lld ms at most while libvirtd was frozen (target 1000)", slowest);
    QVERIFY(slowest < 3'000);
    QVERIFY(waitUntil(seconds(30), isFresh));
    QVERIFY(waitUntil(seconds(30), [&] { return m_host.agent().ctl().vm("real")["state"] == "running"; }));
    QVERIFY(counterOf(curl(metrics, "/metrics").body, "cpu_seconds_total", "real") > cpuBefore);
}

GHOST_E2E_MAIN(StaleMetricsTest)
#include "StaleMetricsTest.moc"
