# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""What is measured, against which targets, and how it is printed."""

from __future__ import annotations

# The targets of the design: at most this much. None: a figure to know, which no target bounds.
TARGETS: dict[str, float | None] = {
    "create_vs_virt_install": 0.38,
    "create_vs_hand_made": 1.05,
    "create_vs_bare_qemu": 1.20,
    "agent_share_ms": 150,
    "list20_p50_c1": 1.25,
    "list20_p50_c16": 1.25,
    "status_p50_c1": 1.25,
    "status_p50_c16": 1.25,
    "list20_p99_c1": None,
    "list20_p99_c16": None,
    "status_p99_c1": None,
    "status_p99_c16": None,
    "vms1000_list_p50_ms": 5,
    "vms1000_change_durable_ms": 20,
    "vms1000_start_s": 0.5,
    "idle_pss_mb": 45,
    "idle_private_dirty_mb": 20,
    "idle_cpu_percent": 0.3,
    "idle_ctxt_per_s": 5,
    "faces_idle_pss_mb": 45,
    "faces_idle_private_dirty_mb": 20,
    "faces_idle_cpu_percent": 0.3,
    "faces_idle_ctxt_per_s": 5,
    "creates10_pss_mb": 100,
    "creates10_cpu_percent": 10,
    "loop_stall_ms": 20,
    "plugin_call_vs_direct": None,
    "plugin_path_vs_direct": None,
    "start_10_plugins_vs_0": None,
    "create_qemu_user_vs_libvirt_nat": None,
    "create_qemu_user_vs_hand": None,
    "uplink_core_cpu_ms_per_beat": None,
    "uplink_core_cpu_1000_vs_100": None,
    "uplink_core_kb_per_agent": None,
    "uplink_core_kb_1000_vs_100": None,
    "uplink_beat_p50_ms": None,
    "uplink_beat_p99_ms": None,
    "uplink_beat_p99_1000_vs_100": None,
    "uplink_cpu_ms_per_beat": None,
    "uplink_kb_per_agent": None,
    "uplink_idle_pss_mb": None,
    "uplink_idle_private_dirty_mb": None,
    "uplink_idle_cpu_percent": None,
    "uplink_idle_ctxt_per_s": None,
}


class Report:
    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted
        self._values: dict[str, float] = {}
        self._details: list[str] = []

    def wants(self, *names: str) -> bool:
        return not self._wanted.isdisjoint(names)

    def value(self, name: str, value: float) -> None:
        if name not in TARGETS:
            raise KeyError(name)
        self._values[name] = value

    def detail(self, text: str) -> None:
        self._details.append(text)

    def print(self) -> int:
        """The exit code: 0 when everything that was wanted was measured and meets its target, 1 when something could
        not be measured, 3 when only a target is missed."""
        exit_code = 0
        for name, target in TARGETS.items():
            if name not in self._wanted:
                continue
            value = self._values.get(name)
            met = value is not None and (target is None or value <= target)
            if value is None:
                exit_code = 1
            elif not met and exit_code == 0:
                exit_code = 3
            shown = "-" if value is None else f"{value:.3g}" if value < 100 else f"{value:.0f}"
            bound = "-" if target is None else target
            print(f"{name:31} {shown:>8} {bound:>6} {'ok' if met else 'FAILED' if value is None else 'MISS'}")
        print()
        for detail in self._details:
            print(f"    {detail}")
        return exit_code
