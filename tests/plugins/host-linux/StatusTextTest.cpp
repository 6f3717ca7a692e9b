// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "StatusText.h"

#include <QtTest/QTest>

#include "ghost/State.h"

using namespace ghost;

namespace {

void addVm(State &state, VmState is)
{
    Vm vm;
    vm.setId(VmId::create());
    vm.setState(is);
    state.putVm(vm);
}

PluginStatus plugin(const char *id, PluginStatus::Stage stage, const Health &health = {}, const QString &reason = {})
{
    PluginStatus status;
    status.setId(QLatin1String(id));
    status.setStage(stage);
    status.setHealth(health);
    status.setReason(reason);
    return status;
}

} // namespace

class StatusTextTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void countsTheVms();
    void namesOnlyThePluginsThatAreNotWell();
    void keepsEverythingInOneLine();
    void isNeverLong();
};

void StatusTextTest::countsTheVms()
{
    State state;
    QCOMPARE(host::statusText(state), QStringLiteral("no VMs"));
    addVm(state, VmState::Running);
    QCOMPARE(host::statusText(state), QStringLiteral("1 VM, 1 running"));
    addVm(state, VmState::Stopped);
    addVm(state, VmState::Unknown);
    QCOMPARE(host::statusText(state), QStringLiteral("3 VMs, 1 running"));
}

void StatusTextTest::namesOnlyThePluginsThatAreNotWell()
{
    using Stage = PluginStatus::Stage;
    State state;
    state.setPlugins({
        plugin("api-grpc", Stage::Active, Health(Health::Status::Ready, {})),
        plugin("network-nat", Stage::Active, Health(Health::Status::Down, QStringLiteral("libvirtd does not answer"))),
        plugin("storage-qcow2", Stage::Active, Health(Health::Status::Degraded, {})),
        plugin("images-http", Stage::Rejected, {}, QStringLiteral("no such file")),
    });
    QCOMPARE(host::statusText(state),
             QStringLiteral("no VMs; network-nat down: libvirtd does not answer; storage-qcow2 "
                            "degraded; images-http rejected: no such file"));
}

void StatusTextTest::keepsEverythingInOneLine()
{
    State state;
    state.setPlugins({plugin("evil", PluginStatus::Stage::Active,
                             Health(Health::Status::Down, QStringLiteral("a\nWATCHDOG=trigger\r\nb")))});
    QCOMPARE(host::statusText(state), QStringLiteral("no VMs; evil down: a WATCHDOG=trigger b"));
}

void StatusTextTest::isNeverLong()
{
    State state;
    state.setPlugins(
        {plugin("long", PluginStatus::Stage::Active, Health(Health::Status::Down, QString(10'000, QLatin1Char('x'))))});
    QCOMPARE(host::statusText(state).size(), 500);
    QVERIFY(host::statusText(state).endsWith(QChar(0x2026)));
}

QTEST_GUILESS_MAIN(StatusTextTest)
#include "StatusTextTest.moc"
