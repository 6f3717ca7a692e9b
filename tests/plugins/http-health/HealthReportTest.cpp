// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtCore/QJsonDocument>
#include <QtTest/QTest>

#include "HealthReport.h"
#include "http/QuietAgent.h"

using namespace ghost;
using namespace ghost::health;
using Status = Health::Status;
using Stage = PluginStatus::Stage;

namespace {

const QString hypervisor = QStringLiteral("Hypervisor");
const QString network = QStringLiteral("Network");

Health healthWith(Status status, const QString &reason = {})
{
    Health health(status, reason);
    health.setSinceMs(1'769'860'800'123);
    return health;
}

State stateWith(const QList<PluginStatus> &plugins)
{
    State state;
    state.setAgentVersion(QStringLiteral("1.2.3"));
    state.setPlugins(plugins);
    return state;
}

} // namespace

class HealthReportTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatIsDownSinceWhenAndWhy()
    {
        const State state =
            stateWith({pluginStatus(QStringLiteral("hypervisor-libvirt"), hypervisor,
                                    healthWith(Status::Down, QStringLiteral("no libvirtd"))),
                       pluginStatus(QStringLiteral("network-nat"), network, healthWith(Status::Ready))});
        const auto expected = QJsonDocument::fromJson(
            R"({"status": "degraded", "version": "1.2.3", "checks": {
                "hypervisor-libvirt": {"status": "down", "since": "2026-01-31T12:00:00.123Z", "reason": "no libvirtd"},
                "network-nat": {"status": "ready", "since": "2026-01-31T12:00:00.123Z"}}})");
        QCOMPARE(healthReport(state), expected.object());
    }

    void isReadyWhenAllAre()
    {
        const QList<PluginStatus> all = {pluginStatus(QStringLiteral("h"), hypervisor, healthWith(Status::Ready)),
                                         pluginStatus(QStringLiteral("n"), network, healthWith(Status::Ready))};
        QCOMPARE(healthReport(stateWith(all))[QStringLiteral("status")], QStringLiteral("ready"));
        QCOMPARE(healthReport(stateWith({all[1]}))[QStringLiteral("status")], QStringLiteral("degraded"));
        QCOMPARE(healthReport(stateWith({}))[QStringLiteral("status")], QStringLiteral("degraded"));
    }

    void countsAsDownWhatIsNotActive_data()
    {
        QTest::addColumn<Stage>("stage");
        for (const Stage stage : {Stage::Rejected, Stage::Activating, Stage::Failed, Stage::Deactivated})
            QTest::newRow(qPrintable(pluginStageName(stage))) << stage;
    }
    void countsAsDownWhatIsNotActive()
    {
        QFETCH(Stage, stage);
        const State state =
            stateWith({pluginStatus(QStringLiteral("h"), hypervisor, healthWith(Status::Ready), stage)});
        const QJsonObject check = healthReport(state)[QStringLiteral("checks")][QStringLiteral("h")].toObject();
        QCOMPARE(check[QStringLiteral("status")], QStringLiteral("down"));
        QCOMPARE(check[QStringLiteral("since")], QStringLiteral("2026-01-31T12:00:00.123Z"));
        QVERIFY(!check[QStringLiteral("reason")].toString().isEmpty());
        QVERIFY(!hasReadyHypervisor(state));
    }

    void tellsTheAgentsOwnWarnings()
    {
        State state = stateWith({});
        QVERIFY(!healthReport(state).contains(QStringLiteral("warnings")));
        state.setWarnings({QStringLiteral("a record was quarantined")});
        QCOMPARE(healthReport(state)[QStringLiteral("warnings")][0], QStringLiteral("a record was quarantined"));
    }

    void wantsOneHypervisorThatWorks()
    {
        const auto down = pluginStatus(QStringLiteral("a"), hypervisor, healthWith(Status::Down));
        const auto degraded = pluginStatus(QStringLiteral("b"), hypervisor, healthWith(Status::Degraded));
        const auto other = pluginStatus(QStringLiteral("c"), network, healthWith(Status::Ready));
        const auto silent = pluginStatus(QStringLiteral("d"), hypervisor, Health());
        QVERIFY(!hasReadyHypervisor(stateWith({})));
        QVERIFY(!hasReadyHypervisor(stateWith({down, other, silent})));
        QVERIFY(hasReadyHypervisor(stateWith({down, degraded, other})));
    }
};

QTEST_GUILESS_MAIN(HealthReportTest)
#include "HealthReportTest.moc"
