# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""What plugins cost: a call through their boundary, and the start of the agent with ten of them.

A start ends when the log says `ready`: all plugins are active by then and their sockets listen. The ten are those that are
installed, without the link to Ghost Cloud, each on folders that it has seen before.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from contextlib import ExitStack

from agent import START_SECONDS, Agent
from programs import Programs, await_that, figures, run
from report import Report

CALL_ROUNDS = 50  # of 20 ms at either
STARTS_A_PAIR = 3  # they are quick
READY = '"message":"ready"'
PLUGINS = [
    "hypervisor-libvirt", "hypervisor-qemu", "network-nat", "network-user", "storage-qcow2", "images-local", "api-grpc",
    "host-linux", "http-health", "metrics-prometheus",
]  # fmt: skip


def measure(programs: Programs, report: Report, pairs: int) -> None:
    if report.wants("plugin_call_vs_direct", "plugin_path_vs_direct"):
        measure_calls(programs, report)
    if report.wants("start_10_plugins_vs_0"):
        measure_starts(programs, report, pairs * STARTS_A_PAIR)


def measure_calls(programs: Programs, report: Report) -> None:
    plugins = programs.plugin_folders[-1]  # where the fake driver is
    with tempfile.TemporaryDirectory(prefix="ghost-bench-", dir="/var/tmp") as folder:
        found = figures(run(programs.bench("plugin-call"), plugins, folder, CALL_ROUNDS))
    report.value("plugin_call_vs_direct", found["boundary_ratio"])
    report.value("plugin_path_vs_direct", found["path_ratio"])
    for name, what in (
        ("boundary", "capabilities through the interface"),
        ("inspect", "inspect through the interface"),
        ("path", "inspect by way of a plugin's thread"),
    ):
        report.detail(
            f"plugin: {what} {found[f'{name}_ns']:.0f} ns, direct {found[f'{name}_direct_ns']:.0f} ns,"
            f" ratio {found[f'{name}_ratio']:.2f}"
        )
    report.detail(f"plugin: to a plugin's thread and back, for nothing {found['handover_ns']:.0f} ns")


def measure_starts(programs: Programs, report: Report, rounds: int) -> None:
    with ExitStack() as stack:
        agents = [stack.enter_context(Starting(programs, plugins)) for plugins in ([], PLUGINS)]
        for agent in agents:
            agent.seconds()  # makes its folders and keys
        seconds: dict[int, list[float]] = {0: [], 1: []}
        for turn in range(rounds):
            for which in (0, 1) if turn % 2 == 0 else (1, 0):
                seconds[which].append(agents[which].seconds())
        slowest = agents[1].activations()
    report.value("start_10_plugins_vs_0", statistics.median(ten / none for none, ten in zip(*seconds.values())))
    for which, count in ((0, 0), (1, len(PLUGINS))):
        milliseconds = [1000 * value for value in seconds[which]]
        report.detail(
            f"start: {count} plugins {statistics.median(milliseconds):.0f} ms"
            f" ({min(milliseconds):.0f} to {max(milliseconds):.0f}, {rounds} starts)"
        )
    report.detail(f"start: activate took {', '.join(f'{name} {ms} ms' for name, ms in slowest)}; all at once")


class Starting(Agent):
    """An agent that is started again and again; outside of seconds() it does not run."""

    def start(self) -> None:
        pass

    def seconds(self) -> float:
        """From the start of the program to `ready`."""
        log = self.root / "log/agent.log"
        seen = log.stat().st_size if log.exists() else 0

        def is_ready() -> bool:
            if not log.exists():
                return False
            with open(log, encoding="utf-8") as file:
                file.seek(seen)
                return READY in file.read()

        begin = time.monotonic()
        self.spawn()
        await_that(is_ready, START_SECONDS, "the start of an agent", interval=0.0005)
        seconds = time.monotonic() - begin
        self.stop()
        return seconds

    def activations(self) -> list[tuple[str, int]]:
        """Milliseconds of each plugin's activate, the slowest first."""
        self.spawn()
        await_that(self._listens, START_SECONDS, "the start of an agent")
        plugins = json.loads(self.ctl("-o", "json", "plugin", "list"))
        self.stop()
        return sorted(((one["id"], one["activate_milliseconds"]) for one in plugins), key=lambda entry: -entry[1])
