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
}

void StaleMetricsTest::answersInTimeWhileLibvirtdIsFrozen()
{
    const QString metrics = endpoint(m_host.agent(), "metrics");
    const auto isFresh = [&] { return curl(metrics, "/metrics").body.contains(staleness("hypervisor-libvirt", 0)); };
    QVERIFY(waitUntil(seconds(20), isFresh));
    m_host.libvirtd().freeze();
    qint64 slowest = 0;
    QByteArray wrong; // the first page that is
    // First it does not answer, then it is known to be dead.
    const bool isKnown = waitUntil(seconds(20), [&] {
        const Page page = curl(metrics, "/metrics");
        slowest = std::max(slowest, page.elapsedMilliseconds);
        const bool isRight = page.status == 200 && page.body.contains(staleness("hypervisor-libvirt", 1)) &&
                             page.body.contains(staleness("hypervisor-fake", 0)) &&
                             page.body.contains("\nghost_vms{state=\"running\"} 0\n");
        if (!isRight && wrong.isEmpty())
            wrong = QByteArray::number(page.status) + ' ' + page.body;
        return page.body.contains("\nghost_plugin_connected{plugin=\"hypervisor-libvirt\"} 0\n");
    });
    m_host.libvirtd().thaw();
    QVERIFY2(wrong.isEmpty(), wrong.constData());
    QVERIFY(isKnown);
    qInfo("a scrape took %lld ms at most while libvirtd was frozen (target 1000)", slowest);
    QVERIFY(slowest < 3'000);
    QVERIFY(waitUntil(seconds(30), isFresh));
}

GHOST_E2E_MAIN(StaleMetricsTest)
#include "StaleMetricsTest.moc"
