// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include <QtTest/QTest>

#include "StateFigures.h"
#include "http/QuietAgent.h"

using namespace ghost;
using namespace ghost::metrics;

namespace {

const QString fake = QStringLiteral("hypervisor-fake");

Vm makeVm(const QString &name, VmState state)
{
    Vm vm;
    vm.setId(VmId::create());
    vm.setName(name);
    vm.setState(state);
    vm.setHypervisor(fake);
    vm.setCpus(2);
    vm.setMemoryBytes(1 << 30);
    vm.setStartedAtMs(state == VmState::Running ? 5'000 : 0);
    return vm;
}

VmUsage usageOf(const Vm &vm)
{
    VmUsage usage;
    usage.setVm(vm.id());
    usage.setCpuTimeNanoseconds(1'500'000'000);
    usage.setMemoryBytes(100);
    usage.setDiskReadBytes(1);
    usage.setDiskWrittenBytes(2);
    usage.setNetworkReceivedBytes(3);
    usage.setNetworkSentBytes(4);
    return usage;
}

QByteArray figures(const State &state)
{
    Exposition page;
    addStateFigures(page, state);
    return page.text();
}

QByteArray figures(const State &state, const LiveUsage::Answer &answer)
{
    Exposition page;
    addUsageFigures(page, state, {{fake, answer}});
    return page.text();
}

/// `{vm="a",vm_id="…"}`
QByteArray labels(const Vm &vm)
{
    return QStringLiteral("{vm=\"%1\",vm_id=\"%2\"}").arg(vm.name(), vm.id().toString()).toLatin1();
}

} // namespace

class StateFiguresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsVmsByState()
    {
        State state;
        state.putVm(makeVm(QStringLiteral("a"), VmState::Running));
        state.putVm(makeVm(QStringLiteral("b"), VmState::Running));
        state.putVm(makeVm(QStringLiteral("c"), VmState::Failed));
        const QByteArray text = figures(state);
        QVERIFY(text.contains("ghost_vms{state=\"running\"} 2\n"));
        QVERIFY(text.contains("ghost_vms{state=\"failed\"} 1\n"));
        QVERIFY(text.contains("ghost_vms{state=\"paused\"} 0\n"));
    }

    void tellsOfEachVm()
    {
        State state;
        const Vm running = makeVm(QStringLiteral("a"), VmState::Running);
        const Vm stopped = makeVm(QStringLiteral("b"), VmState::Stopped);
        state.putVm(running);
        state.putVm(stopped);
        const QByteArray text = figures(state);
        QVERIFY(text.contains("ghost_vm_running" + labels(running) + " 1\n"));
        QVERIFY(text.contains("ghost_vm_running" + labels(stopped) + " 0\n"));
        QVERIFY(text.contains("ghost_vm_start_time_seconds" + labels(running) + " 5\n"));
        QVERIFY(!text.contains("ghost_vm_start_time_seconds" + labels(stopped)));
        QVERIFY(text.contains("ghost_vm_cpus" + labels(stopped) + " 2\n"));
        QVERIFY(text.contains("ghost_vm_memory_size_bytes" + labels(stopped) + " 1073741824\n"));

        state.dropVm(running.id());
        QVERIFY(!figures(state).contains(running.id().toString().toLatin1()));
    }

    void servesCountersInBaseUnits()
    {
        State state;
        const Vm vm = makeVm(QStringLiteral("a"), VmState::Running);
        state.putVm(vm);
        const QByteArray text = figures(state, {{usageOf(vm)}, LiveUsage::Clock::now(), false, {}});
        QVERIFY(text.contains("ghost_vm_cpu_seconds_total" + labels(vm) + " 1.5\n"));
        QVERIFY(text.contains("ghost_vm_memory_resident_bytes" + labels(vm) + " 100\n"));
        QVERIFY(text.contains("ghost_vm_disk_read_bytes_total" + labels(vm) + " 1\n"));
        QVERIFY(text.contains("ghost_vm_disk_written_bytes_total" + labels(vm) + " 2\n"));
        QVERIFY(text.contains("ghost_vm_network_received_bytes_total" + labels(vm) + " 3\n"));
        QVERIFY(text.contains("ghost_vm_network_sent_bytes_total" + labels(vm) + " 4\n"));
        QVERIFY(text.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 0\n"));
    }

    // As hypervisor-qemu tells it, which has none.
    void showsNoNetworkCountersWhereNothingWasCounted()
    {
        State state;
        const Vm vm = makeVm(QStringLiteral("a"), VmState::Running);
        state.putVm(vm);
        VmUsage usage = usageOf(vm);
        usage.setNetworkReceivedBytes(0);
        const QByteArray sent = figures(state, {{usage}, LiveUsage::Clock::now(), false, {}});
        QVERIFY(sent.contains("ghost_vm_network_received_bytes_total" + labels(vm) + " 0\n")); // it is true then
        usage.setNetworkSentBytes(0);
        const QByteArray nothing = figures(state, {{usage}, LiveUsage::Clock::now(), false, {}});
        QVERIFY(!nothing.contains("ghost_vm_network_"));
        QVERIFY(nothing.contains("ghost_vm_disk_written_bytes_total" + labels(vm) + " 2\n"));
    }

    void showsNoCountersOfAVmThatIsGone()
    {
        const Vm vm = makeVm(QStringLiteral("a"), VmState::Running);
        const QByteArray text = figures(State(), {{usageOf(vm)}, LiveUsage::Clock::now(), true, {}});
        QVERIFY(!text.contains("vm_id"));
    }

    // While a driver hangs, its last counters are kept: not those of a VM that has been stopped since.
    void showsNoCountersOfAVmThatDoesNotRun()
    {
        for (const VmState ended : {VmState::Stopped, VmState::Failed}) {
            State state;
            const Vm vm = makeVm(QStringLiteral("a"), ended);
            state.putVm(vm);
            const QByteArray text = figures(state, {{usageOf(vm)}, LiveUsage::Clock::now(), true, {}});
            QVERIFY(!text.contains("ghost_vm_cpu_seconds_total" + labels(vm)));
            QVERIFY(text.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
        }
    }

    void believesAHypervisorOnlyOfItsOwnVms()
    {
        State state;
        Vm vm = makeVm(QStringLiteral("a"), VmState::Running);
        vm.setHypervisor(QStringLiteral("another"));
        state.putVm(vm);
        QVERIFY(!figures(state, {{usageOf(vm)}, LiveUsage::Clock::now(), false, {}}).contains("vm_id"));
    }

    void saysWhatIsStale()
    {
        const auto earlier = LiveUsage::Clock::now() - std::chrono::seconds(100);
        const QByteArray hung = figures(State(), {{}, earlier, true, {}});
        QVERIFY(hung.contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
        QVERIFY(hung.contains("ghost_vm_usage_age_seconds{plugin=\"hypervisor-fake\"} 100."));
        const Error error(Code::Unavailable, QStringLiteral("why"));
        QVERIFY(figures(State(), {{}, earlier, false, error})
                    .contains("ghost_vm_usage_stale{plugin=\"hypervisor-fake\"} 1\n"));
        QVERIFY(!figures(State(), {{}, {}, true, {}}).contains("ghost_vm_usage_age_seconds"));
    }

    void saysNothingOfAHypervisorWithoutCounters()
    {
        QCOMPARE(figures(State(), {{}, {}, false, Error(Code::Unsupported, QStringLiteral("none"))}), QByteArray());
    }

    void tellsThePluginsHealth()
    {
        Health down(Health::Status::Down, QStringLiteral("no libvirtd"));
        down.setSinceMs(7'500);
        State state;
        state.setPlugins({pluginStatus(QStringLiteral("h"), QStringLiteral("Hypervisor"), down),
                          pluginStatus(QStringLiteral("n"), QStringLiteral("Network"),
                                       Health(Health::Status::Degraded, QStringLiteral("why"))),
                          pluginStatus(QStringLiteral("x"), QStringLiteral("Frontend"),
                                       Health(Health::Status::Ready, {}), PluginStatus::Stage::Failed)});
        const QByteArray text = figures(state);
        QVERIFY(text.contains("ghost_plugin_health{plugin=\"h\",status=\"down\"} 1\n"));
        QVERIFY(text.contains("ghost_plugin_health{plugin=\"h\",status=\"ready\"} 0\n"));
        QVERIFY(text.contains("ghost_plugin_connected{plugin=\"h\"} 0\n"));
        QVERIFY(text.contains("ghost_plugin_health_change_timestamp_seconds{plugin=\"h\"} 7.5\n"));
        QVERIFY(text.contains("ghost_plugin_connected{plugin=\"n\"} 1\n"));
        QVERIFY(text.contains("ghost_plugin_health{plugin=\"x\",status=\"down\"} 1\n"));
        QVERIFY(
            text.contains("ghost_plugin_info{plugin=\"x\",role=\"Frontend\",version=\"0.1.0\",stage=\"failed\"} 1\n"));
        QVERIFY(text.contains("ghost_plugin_activation_seconds{plugin=\"x\"} 1.5\n"));
        QCOMPARE(activeHypervisors(state), QStringList{QStringLiteral("h")});
    }
};

QTEST_GUILESS_MAIN(StateFiguresTest)
#include "StateFiguresTest.moc"
