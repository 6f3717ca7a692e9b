// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include <QtCore/QJsonDocument>
#include <QtCore/QRegularExpression>
#include <QtCore/QSet>
#include <QtCore/QStandardPaths>
#include <QtTest/QTest>

#include "CoreProcess.h"
#include "support/Http.h"

using namespace ghost::e2e;

namespace {

/// Debian's Prometheus on a free port, with one agent to scrape each second.
class Prometheus
{
public:
    ~Prometheus()
    {
        m_process.terminate();
        if (!m_process.waitForFinished(10'000))
            m_process.kill();
        m_process.waitForFinished(5'000);
    }

    bool start(const QString &target)
    {
        QFile config(m_folder.filePath("prometheus.yml"));
        if (!config.open(QIODevice::WriteOnly))
            return false;
        config.write(
            "global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: ghost\n  static_configs:\n  - targets: [\"" +
            target.toUtf8() + "\"]\n");
        config.close();
        m_process.setStandardErrorFile(m_folder.filePath("log"));
        m_process.start("prometheus",
                        {"--config.file=" + config.fileName(), "--storage.tsdb.path=" + m_folder.filePath("data"),
                         "--web.listen-address=127.0.0.1:0"});
        return m_process.waitForStarted() &&
               waitUntil(seconds(30),
                         [&] {
                             static const QRegularExpression listening(
                                 "Listening on\" address=(127\\.0\\.0\\.1:[1-9][0-9]*)");
                             m_address = listening.match(QString::fromUtf8(log())).captured(1);
                             m_process.waitForFinished(0);
                             return !m_address.isEmpty() || m_process.state() != QProcess::Running;
                         }) &&
               !m_address.isEmpty();
    }
    QByteArray log() const
    {
        QFile file(m_folder.filePath("log"));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    /// How many series the expression has now.
    qsizetype count(const QString &expression) const
    {
        const Page page = curl(m_address, "/api/v1/query", {"-G", "--data-urlencode", "query=" + expression});
        const QJsonObject reply = QJsonDocument::fromJson(page.body).object();
        return reply["status"] == "success" ? reply["data"]["result"].toArray().size() : -1;
    }

private:
    QTemporaryDir m_folder;
    QProcess m_process;
    QString m_address;
};

/// The names and types in share/doc/reference/metrics.md.
QMap<QString, QString> documentedMetrics()
{
    QFile file(qEnvironmentVariable("GHOST_SOURCE_DIR") + "/share/doc/reference/metrics.md");
    QMap<QString, QString> metrics;
    static const QRegularExpression row("^\\| `([a-z_]+)` \\| ([a-z]+) \\|");
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray &line : file.readAll().split('\n'))
            if (const auto match = row.match(QString::fromUtf8(line)); match.hasMatch())
                metrics.insert(match.captured(1), match.captured(2));
    return metrics;
}

QMap<QString, QString> servedMetrics(const QByteArray &page)
{
    QMap<QString, QString> metrics;
    for (const QByteArray &line : page.split('\n'))
        if (const QList<QByteArray> words = line.split(' '); words.size() == 4 && words[1] == "TYPE")
            metrics.insert(QString::fromUtf8(words[2]), QString::fromUtf8(words[3]));
    return metrics;
}

} // namespace

/// A real Prometheus reads what the agent serves.
class PrometheusTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void servesWhatTheReferenceLists();
    void isCleanForPromtool();
    void answersAQueryForEachMetric();
    void dropsTheSeriesOfARemovedVm();

private:
    ghost::cloud::CoreProcess m_core;
    std::unique_ptr<AgentProcess> m_agent;
    QString m_address;
    Prometheus m_prometheus;
};

void PrometheusTest::initTestCase()
{
    for (const char *program : {"curl", "prometheus", "promtool"})
        if (QStandardPaths::findExecutable(program).isEmpty())
            QSKIP(qPrintable(QString("%1 is not installed").arg(program)));
    QVERIFY2(m_core.start({"--interval", "1"}), m_core.standardError().constData());
    m_agent = std::make_unique<AgentProcess>(fakeConfig());
    const QString withCloud = QString(" --set settings.uplink-cloud.endpoint=%1").arg(m_core.place());
    QVERIFY2(m_agent->start(withHttp().replace(",http-health", ",http-health,uplink-cloud") + withCloud),
             m_agent->standardError().constData());
    QCOMPARE(m_agent->ctl().run("vm create --name kept").exitCode, 0);
    QCOMPARE(m_agent->ctl().run("vm create --name gone").exitCode, 0);
    m_address = endpoint(*m_agent, "metrics");
    QVERIFY2(m_prometheus.start(m_address), m_prometheus.log().constData());
}

void PrometheusTest::servesWhatTheReferenceLists()
{
    QVERIFY(documentedMetrics().size() > 30);
    QCOMPARE(servedMetrics(curl(m_address, "/metrics").body), documentedMetrics());
}

void PrometheusTest::isCleanForPromtool()
{
    QProcess promtool;
    promtool.start("promtool", {"check", "metrics"});
    QVERIFY(promtool.waitForStarted());
    promtool.write(curl(m_address, "/metrics").body);
    promtool.closeWriteChannel();
    QVERIFY(promtool.waitForFinished(20'000));
    const QByteArray said = promtool.readAllStandardOutput() + promtool.readAllStandardError();
    QCOMPARE(said, QByteArray());
    QCOMPARE(promtool.exitCode(), 0);
}

void PrometheusTest::answersAQueryForEachMetric()
{
    QVERIFY(waitUntil(seconds(20), [&] { return m_prometheus.count("up == 1") == 1; }));
    const QMap<QString, QString> metrics = documentedMetrics();
    for (auto metric = metrics.begin(); metric != metrics.end(); ++metric) {
        const QString series = metric.value() == "histogram" ? metric.key() + "_bucket" : metric.key();
        QVERIFY2(m_prometheus.count(series) > 0, qPrintable(series));
    }
    QCOMPARE(m_prometheus.count("ghost_vm_running == 1"), 2);
    QCOMPARE(
        m_prometheus.count("histogram_quantile(0.9, ghost_operation_duration_seconds_bucket{command=\"CreateVM\"})"),
        1);
    QVERIFY(
        waitUntil(seconds(20), [&] { return m_prometheus.count("rate(ghost_vm_cpu_seconds_total[10s]) > 0") == 2; }));
}

void PrometheusTest::dropsTheSeriesOfARemovedVm()
{
    QCOMPARE(m_prometheus.count("ghost_vm_cpu_seconds_total{vm=\"gone\"}"), 1);
    QCOMPARE(m_agent->ctl().run("vm delete gone --force").exitCode, 0);
    QVERIFY(waitUntil(seconds(20), [&] { return m_prometheus.count("{vm=\"gone\"}") == 0; }));
    QCOMPARE(m_prometheus.count("ghost_vm_cpu_seconds_total"), 1);
}

QTEST_GUILESS_MAIN(PrometheusTest)
#include "PrometheusTest.moc"
