// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#include "MetricTable.h"

#include <array>

namespace ghost::metrics {

namespace {

using enum MetricKind;

// The help stands in every scrape and in the reference, so it is one plain sentence without a full stop.
constexpr std::array table = {
    MetricDescription{Metric::BuildInfo, "ghost_build_info", Gauge, "", "version qt",
                      "Always 1; the labels tell the agent's version and the Qt that it runs with"},
    MetricDescription{Metric::AgentWarnings, "ghost_agent_warnings", Gauge, "", "",
                      "Things wrong with the agent itself; `ghostctl status` tells which"},

    MetricDescription{Metric::Vms, "ghost_vms", Gauge, "", "state", "VMs in this state; each state is always there"},
    MetricDescription{Metric::VmInfo, "ghost_vm_info", Gauge, "", "vm vm_id hypervisor network image accelerator",
                      "Always 1; the labels tell what the VM is made of"},
    MetricDescription{Metric::VmRunning, "ghost_vm_running", Gauge, "", "vm vm_id",
                      "1 while the VM runs, 0 in any other state"},
    MetricDescription{Metric::VmStartTime, "ghost_vm_start_time_seconds", Gauge, "seconds", "vm vm_id",
                      "When the running VM was powered on, since the epoch; not there while it does not run"},
    MetricDescription{Metric::VmCpus, "ghost_vm_cpus", Gauge, "", "vm vm_id", "Virtual CPUs that the VM was given"},
    MetricDescription{Metric::VmMemorySize, "ghost_vm_memory_size_bytes", Gauge, "bytes", "vm vm_id",
                      "Memory that the VM was given"},
    MetricDescription{Metric::VmDiskSize, "ghost_vm_disk_size_bytes", Gauge, "bytes", "vm vm_id",
                      "Size of the VM's disk as its guest sees it"},

    MetricDescription{Metric::VmCpuTime, "ghost_vm_cpu_seconds_total", Counter, "seconds", "vm vm_id",
                      "CPU time of the host that the VM took since its power-on"},
    MetricDescription{Metric::VmMemoryResident, "ghost_vm_memory_resident_bytes", Gauge, "bytes", "vm vm_id",
                      "Memory of the host that the VM holds now"},
    MetricDescription{Metric::VmDiskRead, "ghost_vm_disk_read_bytes_total", Counter, "bytes", "vm vm_id",
                      "What the VM read from its disks since its power-on"},
    MetricDescription{Metric::VmDiskWritten, "ghost_vm_disk_written_bytes_total", Counter, "bytes", "vm vm_id",
                      "What the VM wrote to its disks since its power-on"},
    MetricDescription{
        Metric::VmNetworkReceived, "ghost_vm_network_received_bytes_total", Counter, "bytes", "vm vm_id",
        "What the VM received from its network since its power-on; not there while nothing has been counted in "
        "either direction, as with hypervisor-qemu, which cannot"},
    MetricDescription{Metric::VmNetworkSent, "ghost_vm_network_sent_bytes_total", Counter, "bytes", "vm vm_id",
                      "What the VM sent to its network since its power-on; not there while nothing has been counted in "
                      "either direction, as with hypervisor-qemu, which cannot"},
    MetricDescription{Metric::VmUsageStale, "ghost_vm_usage_stale", Gauge, "", "plugin",
                      "1 when this hypervisor did not answer in time or with an error, so that the counters of its VMs "
                      "are older ones"},
    MetricDescription{Metric::VmUsageAge, "ghost_vm_usage_age_seconds", Gauge, "seconds", "plugin",
                      "How old the counters of this hypervisor's VMs are; not there before its first answer"},

    MetricDescription{Metric::HostCpus, "ghost_host_cpus", Gauge, "", "share",
                      "CPUs of the host: all of them, and those that no single VM may have (total, reserved)"},
    MetricDescription{
        Metric::HostMemory, "ghost_host_memory_bytes", Gauge, "bytes", "share",
        "Memory of the host: all of it, what its owner keeps, what VMs were promised (total, reserved, promised)"},
    MetricDescription{Metric::HostDisk, "ghost_host_disk_bytes", Gauge, "bytes", "share",
                      "Disk space where the VMs' disks are: all of it, what the owner keeps, what VMs were promised "
                      "(total, reserved, promised)"},

    MetricDescription{Metric::OperationDuration, "ghost_operation_duration_seconds", Histogram, "seconds",
                      "command code",
                      "Time from the acceptance of a command to its end, by what came of it (OK or an error code)"},
    MetricDescription{Metric::OperationsUnfinished, "ghost_operations_unfinished", Gauge, "", "status",
                      "Operations that have not ended (queued, running)"},

    MetricDescription{Metric::PluginInfo, "ghost_plugin_info", Gauge, "", "plugin role version stage",
                      "Always 1; the labels tell what the plugin is and whether it is active"},
    MetricDescription{Metric::PluginHealth, "ghost_plugin_health", Gauge, "", "plugin status",
                      "1 for the plugin's present health (ready, degraded, down), 0 for the other two; a plugin that "
                      "is not active is down"},
    MetricDescription{Metric::PluginConnected, "ghost_plugin_connected", Gauge, "", "plugin",
                      "1 while the plugin can do its work (for one with a backend: libvirtd answers), 0 when it is "
                      "down or not active; "
                      "the cloud has ghost_heartbeat_success"},
    MetricDescription{Metric::PluginHealthSince, "ghost_plugin_health_change_timestamp_seconds", Gauge, "seconds",
                      "plugin", "When the plugin's health last changed, since the epoch"},
    MetricDescription{Metric::PluginActivation, "ghost_plugin_activation_seconds", Gauge, "seconds", "plugin",
                      "How long the plugin took to become active at the agent's start"},

    MetricDescription{Metric::HeartbeatSuccess, "ghost_heartbeat_success", Gauge, "", "",
                      "1 while Ghost Cloud answers the heartbeats, 0 when it does not; not there without a cloud"},
    MetricDescription{Metric::HeartbeatAge, "ghost_heartbeat_age_seconds", Gauge, "seconds", "",
                      "How long ago Ghost Cloud last answered; not there before that, in this run of the agent"},
    MetricDescription{Metric::HeartbeatLatency, "ghost_heartbeat_latency_seconds", Gauge, "seconds", "",
                      "How long Ghost Cloud took to answer last, attempts that failed included"},
    MetricDescription{Metric::CloudOutboxReports, "ghost_cloud_outbox_reports", Gauge, "", "",
                      "Changes of VMs that Ghost Cloud has not taken yet"},

    MetricDescription{
        Metric::ConnectionsRefused, "ghost_metrics_connections_refused_total", Counter, "", "reason",
        "Connections to this page that were closed for going beyond a limit (crowded, too_large, too_slow)"},
    MetricDescription{Metric::ScrapeDuration, "ghost_scrape_duration_seconds", Gauge, "seconds", "",
                      "How long it took to put this page together, most of it waiting for the hypervisors"},

    MetricDescription{Metric::ProcessCpuTime, "process_cpu_seconds_total", Counter, "seconds", "",
                      "CPU time that the agent itself has taken"},
    MetricDescription{Metric::ProcessMemoryResident, "process_resident_memory_bytes", Gauge, "bytes", "",
                      "Memory that the agent itself holds"},
    MetricDescription{Metric::ProcessMemoryVirtual, "process_virtual_memory_bytes", Gauge, "bytes", "",
                      "Address space of the agent itself"},
    MetricDescription{Metric::ProcessThreads, "process_threads", Gauge, "", "", "Threads of the agent itself"},
    MetricDescription{Metric::ProcessOpenFds, "process_open_fds", Gauge, "", "",
                      "File descriptors that the agent itself has open"},
    MetricDescription{Metric::ProcessMaxFds, "process_max_fds", Gauge, "", "",
                      "File descriptors that the agent itself may have open"},
    MetricDescription{Metric::ProcessStartTime, "process_start_time_seconds", Gauge, "seconds", "",
                      "When the agent was started, since the epoch"},
};

constexpr bool isInOrder()
{
    for (std::size_t i = 0; i < table.size(); ++i)
        if (table[i].metric != Metric(i))
            return false;
    return table.back().metric == Metric::ProcessStartTime;
}
static_assert(isInOrder(), "the table is indexed by Metric");

} // namespace

std::span<const MetricDescription> metricTable()
{
    return table;
}

const MetricDescription &describe(Metric metric)
{
    return table[std::size_t(metric)];
}

} // namespace ghost::metrics
