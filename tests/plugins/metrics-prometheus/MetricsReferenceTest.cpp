// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtTest/QTest>

#include "MetricTable.h"

using namespace ghost::metrics;

namespace {

QString kindName(MetricKind kind)
{
    switch (kind) {
    case MetricKind::Gauge:
        return QStringLiteral("gauge");
    case MetricKind::Counter:
        return QStringLiteral("counter");
    case MetricKind::Histogram:
        return QStringLiteral("histogram");
    case MetricKind::Unspecified:
        break;
    }
    return {};
}

/// share/doc/reference/metrics.md as it must be.
QByteArray reference()
{
    QString text =
        QStringLiteral("# Metrics\n\n"
                       "What `metrics-prometheus` serves on `/metrics`, by default on 127.0.0.1:9091. A series of a VM "
                       "is gone at the\n"
                       "first scrape after the VM was deleted.\n\n"
                       "Made from `plugins/metrics-prometheus/MetricTable.cpp` by\n"
                       "`GHOST_WRITE_REFERENCE=1 ctest -R MetricsReferenceTest`; a test fails when they differ.\n\n"
                       "| name | type | unit | labels | |\n|---|---|---|---|---|\n");
    for (const MetricDescription &metric : metricTable()) {
        const QString labels = QString::fromLatin1(metric.labels);
        text += QStringLiteral("| `%1` | %2 | %3 | %4 | %5 |\n")
                    .arg(QLatin1String(metric.name), kindName(metric.kind), QLatin1String(metric.unit),
                         labels.isEmpty() ? QString()
                                          : QStringLiteral("`%1`").arg(
                                                QString(labels).replace(QLatin1Char(' '), QStringLiteral("`, `"))),
                         QLatin1String(metric.help));
    }
    return text.toUtf8();
}

} // namespace

class MetricsReferenceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isWhatTheCodeServes()
    {
        QFile file(qEnvironmentVariable("GHOST_SOURCE_DIR") + QStringLiteral("/share/doc/reference/metrics.md"));
        if (qEnvironmentVariableIsSet("GHOST_WRITE_REFERENCE")) {
            QVERIFY(file.open(QIODevice::WriteOnly));
            QCOMPARE(file.write(reference()), reference().size());
            file.close();
        }
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        QVERIFY2(file.readAll() == reference(),
                 "share/doc/reference/metrics.md differs from MetricTable.cpp; GHOST_WRITE_REFERENCE=1 writes it anew");
    }

    void namesFollowPrometheusRules()
    {
        static const QRegularExpression form(QStringLiteral("^(ghost|process)(_[a-z]+)+$"));
        QSet<QString> names;
        for (const MetricDescription &metric : metricTable()) {
            const QString name = QString::fromLatin1(metric.name);
            QVERIFY2(form.match(name).hasMatch(), metric.name);
            QVERIFY2(!names.contains(name), metric.name);
            names.insert(name);
            QCOMPARE(name.endsWith(QStringLiteral("_total")), metric.kind == MetricKind::Counter);
            const QString bare = QString(name).remove(QStringLiteral("_total"));
            for (const char *unit : {"seconds", "bytes"})
                QCOMPARE(bare.endsWith(QLatin1Char('_') + QLatin1String(unit)),
                         QLatin1String(metric.unit) == QLatin1String(unit));
            QVERIFY2(!QString::fromLatin1(metric.help).endsWith(QLatin1Char('.')), metric.name);
        }
    }
};

QTEST_GUILESS_MAIN(MetricsReferenceTest)
#include "MetricsReferenceTest.moc"
