// SPDX-FileCopyrightText: Ghost Agent authors
// SPDX-License-Identifier: GPL-3.0-only
#pragma once

#include <span>

namespace ghost::metrics {

enum class Metric : int {
    BuildInfo = 0,
    AgentWarnings,
    Vms,
    VmInfo,
    VmRunning,
    VmStartTime,
    VmCpus,
    VmMemorySize,
    VmDiskSize,
    VmCpuTime,
    VmMemoryResident,
    VmDiskRead,
    VmDiskWritten,
    VmNetworkReceived,
    VmNetworkSent,
    VmUsageStale,
    VmUsageAge,
    HostCpus,
    HostMemory,
    HostDisk,
    OperationDuration,
    OperationsUnfinished,
    PluginInfo,
    PluginHealth,
    PluginConnected,
    PluginHealthSince,
    PluginActivation,
    HeartbeatSuccess,
    HeartbeatAge,
    HeartbeatLatency,
    CloudOutboxReports,
    ConnectionsRefused,
    ScrapeDuration,
    ProcessCpuTime,
    ProcessMemoryResident,
    ProcessMemoryVirtual,
    ProcessThreads,
    ProcessOpenFds,
    ProcessMaxFds,
    ProcessStartTime,
};

enum class MetricKind : int { Unspecified = 0, Gauge, Counter, Histogram };

/// One family of series, as it is served and as it stands in share/doc/reference/metrics.md.
struct MetricDescription
{
    Metric metric;
    const char *name;
    MetricKind kind;
    const char *unit;   ///< `bytes`, `seconds`; empty for a number of things
    const char *labels; ///< in the order of their values, with a blank between: `vm vm_id`
    const char *help;
};

/// The one list of all metrics, in the order of Metric.
std::span<const MetricDescription> metricTable();
const MetricDescription &describe(Metric metric);

} // namespace ghost::metrics
