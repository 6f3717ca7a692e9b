// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtTest/QTest>

#include "CloudFigures.h"
#include "http/QuietAgent.h"

using namespace ghost;
using namespace ghost::metrics;
using namespace std::chrono_literals;

class CloudFiguresTest : public QObject
{
    Q_OBJECT

    /// What QuietAgent knows a question by that names no hypervisor.
    const QString m_question = QStringLiteral("");
    std::unique_ptr<QuietAgent> m_agent;

    void tie(bool isActive = true)
    {
        PluginStatus plugin = pluginStatus(QStringLiteral("uplink-cloud"), QStringLiteral("Frontend"), Health());
        plugin.setFacets({QStringLiteral("CloudLink")});
        plugin.setStage(isActive ? PluginStatus::Stage::Active : PluginStatus::Stage::Failed);
        m_agent->edit([&](State &state) { state.setPlugins({plugin}); });
    }
    void tell(const QString &state)
    {
        m_agent->answer(m_question,
                        QCborMap{{QStringLiteral("status"), QCborMap{{QStringLiteral("state"), state},
                                                                     {QStringLiteral("last_success"), 10'000},
                                                                     {QStringLiteral("latency_milliseconds"), 25},
                                                                     {QStringLiteral("outbox_reports"), 7}}}});
    }
    static QByteArray page(const CloudFigures &figures, qint64 nowMs = 12'500)
    {
        Exposition exposition;
        figures.addTo(exposition, nowMs);
        return exposition.text();
    }

private Q_SLOTS:
    void init() { m_agent = std::make_unique<QuietAgent>(); }

    void hasNothingToSayWithoutACloud()
    {
        CloudFigures figures(*m_agent);
        figures.refresh(10s, {});
        tie(false);
        figures.refresh(10s, {});
        QCOMPARE(m_agent->asked(m_question), 0);
        QVERIFY(!page(figures).contains("ghost_heartbeat_success "));
    }

    void tellsOfTheLastBeat()
    {
        tie();
        tell(QStringLiteral("connected"));
        CloudFigures figures(*m_agent);
        figures.refresh(10s, {});
        const QByteArray text = page(figures);
        for (const char *line : {"ghost_heartbeat_success 1\n", "ghost_heartbeat_age_seconds 2.5\n",
                                 "ghost_heartbeat_latency_seconds 0.025\n", "ghost_cloud_outbox_reports 7\n"})
            QVERIFY2(text.contains(line), text.constData());
        QVERIFY(page(figures, 5).contains("ghost_heartbeat_age_seconds 0\n")); // the clock was set back
    }

    void saysWhenTheCloudDoesNotAnswer()
    {
        tie();
        tell(QStringLiteral("unreachable"));
        CloudFigures figures(*m_agent);
        figures.refresh(10s, {});
        QVERIFY(page(figures).contains("ghost_heartbeat_success 0\n"));
    }

    void waitsOnlySoLongAndAsksOnce()
    {
        tie();
        CloudFigures figures(*m_agent);
        figures.refresh(1ms, {});
        figures.refresh(10s, {});
        QCOMPARE(m_agent->asked(m_question), 1);
        QVERIFY(!page(figures).contains("ghost_heartbeat_success "));
        tell(QStringLiteral("connected")); // late
        QVERIFY(page(figures).contains("ghost_heartbeat_success 1\n"));
    }
};

QTEST_GUILESS_MAIN(CloudFiguresTest)
#include "CloudFiguresTest.moc"
