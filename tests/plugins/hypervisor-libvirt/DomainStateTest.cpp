// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: Apache-2.0
#include "DomainState.h"

#include <QtTest/QTest>
#include <libvirt/libvirt.h>

using namespace ghost;

class DomainStateTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void translates_data();
    void translates();
};

void DomainStateTest::translates_data()
{
    QTest::addColumn<int>("state");
    QTest::addColumn<int>("reason");
    QTest::addColumn<bool>("requested");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, int state, int reason, bool requested, VmState vm, StateReason why) {
        QTest::newRow(name) << state << reason << requested << vmStateName(vm) + u' ' + stateReasonName(why);
    };
    row("running", VIR_DOMAIN_RUNNING, VIR_DOMAIN_RUNNING_BOOTED, false, VmState::Running, StateReason::Unspecified);
    row("starting", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_STARTING_UP, false, VmState::Starting,
        StateReason::Unspecified);
    row("paused", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_USER, false, VmState::Paused, StateReason::Unspecified);
    row("panicked", VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_CRASHED, false, VmState::Failed, StateReason::Crashed);
    row("going down", VIR_DOMAIN_SHUTDOWN, 0, true, VmState::Stopping, StateReason::Unspecified);
    row("poweroff inside", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN, false, VmState::Stopped,
        StateReason::Guest);
    row("our stop", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_SHUTDOWN, true, VmState::Stopped, StateReason::Requested);
    row("virsh destroy", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED, false, VmState::Stopped, StateReason::Host);
    row("our force", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_DESTROYED, true, VmState::Stopped, StateReason::Requested);
    row("qemu killed", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_CRASHED, false, VmState::Stopped, StateReason::Crashed);
    row("crashed", VIR_DOMAIN_CRASHED, 0, false, VmState::Failed, StateReason::Crashed);
    row("never started", VIR_DOMAIN_SHUTOFF, VIR_DOMAIN_SHUTOFF_UNKNOWN, false, VmState::Stopped,
        StateReason::Unspecified);
    row("new in libvirt", 99, 0, false, VmState::Unknown, StateReason::Unspecified);
}

void DomainStateTest::translates()
{
    QFETCH(int, state);
    QFETCH(int, reason);
    QFETCH(bool, requested);
    QTEST(vmStateName(vmStateOf(state, reason)) + u' ' + stateReasonName(stateReasonOf(state, reason, requested)),
          "expected");
}

QTEST_GUILESS_MAIN(DomainStateTest)
#include "DomainStateTest.moc"
