// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtTest/QTest>

#include "Exposition.h"
#include "ProcessFigures.h"

using namespace ghost::metrics;

class ExpositionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesWhatPrometheusReads()
    {
        Exposition page;
        page.add(Metric::Vms, {QStringLiteral("running")}, 3);
        page.add(Metric::VmCpuTime, {QStringLiteral("a"), QStringLiteral("id-1")}, 0.25);
        QCOMPARE(
            page.text(),
            QByteArray("# HELP ghost_vms VMs in this state; each state is always there\n"
                       "# TYPE ghost_vms gauge\n"
                       "ghost_vms{state=\"running\"} 3\n"
                       "# HELP ghost_vm_cpu_seconds_total CPU time of the host that the VM took since its power-on\n"
                       "# TYPE ghost_vm_cpu_seconds_total counter\n"
                       "ghost_vm_cpu_seconds_total{vm=\"a\",vm_id=\"id-1\"} 0.25\n"));
    }

    void leavesOutWhatHasNoSeries() { QCOMPARE(Exposition().text(), QByteArray()); }

    void keepsLargeFiguresWhole()
    {
        Exposition page;
        page.add(Metric::VmDiskRead, {QStringLiteral("a"), QStringLiteral("i")}, 1234567890123456.0);
        QVERIFY(page.text().contains("} 1234567890123456\n"));
    }

    void escapesLabels()
    {
        Exposition page;
        page.add(Metric::VmCpus, {QStringLiteral("a\"b\\\nc"), QStringLiteral("i")}, 1);
        QVERIFY(page.text().contains("vm=\"a\\\"b\\\\\\nc\""));
    }

    void knowsItsOwnProcess()
    {
        Exposition page;
        addProcessFigures(page);
        const QByteArray text = page.text();
        for (const MetricDescription &metric : metricTable())
            if (QByteArray(metric.name).startsWith("process_"))
                QVERIFY2(text.contains('\n' + QByteArray(metric.name) + ' '), metric.name);
    }
};

QTEST_GUILESS_MAIN(ExpositionTest)
#include "ExpositionTest.moc"
