# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""ListVMs and GetVMStatus with 20 VMs against a bare gRPC server; then the same agent at rest, and ten creates at once."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

from agent import Agent
from programs import Programs, figures
from process import Usage, memory, private_dirty_mb, pss_mb
from report import Report

VMS = 20
ROUNDS = 12  # of 100 ms at either server
SETTLE_SECONDS = 2
IDLE_SECONDS = 30
CREATES = 10
BOOT_MS = 3000  # what the fake driver's power-on takes while ten are created: about what a guest under TCG needs
READS = [(call, clients) for call in ("list20", "status") for clients in (1, 16)]
PLUGINS = ["hypervisor-libvirt", "network-nat", "storage-qcow2", "images-local", "api-grpc", "hypervisor-fake"]

NAMES = [f"{call}_{of}_c{clients}" for call, clients in READS for of in ("p50", "p99")] + [
    "idle_pss_mb", "idle_private_dirty_mb", "idle_cpu_percent", "idle_ctxt_per_s",
    "creates10_pss_mb", "creates10_cpu_percent",
]  # fmt: skip


def measure(programs: Programs, report: Report) -> None:
    if not report.wants(*NAMES):
        return
    with Agent(programs, PLUGINS) as agent:
        agent.create_fakes(VMS)
        measure_reads(agent, report)  # always: the figures at rest are those of an agent that has worked
        if report.wants(*[name for name in NAMES if name.startswith("idle")]):
            measure_rest(agent, report)
        if report.wants(*[name for name in NAMES if name.startswith("creates10")]):
            measure_creates(agent, report)


def measure_reads(agent: Agent, report: Report) -> None:
    bare_socket = agent.root / "bare.sock"
    vm = f"fake-{VMS // 2}"
    command = agent.load_command("bare-server", bare_socket, agent.socket, vm)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as bare:
        try:
            bare.stdout.readline()  # ready
            for call, clients in READS:
                kind = call.removesuffix("20")
                found = figures(agent.load("read-load", kind, clients, agent.socket, bare_socket, vm, ROUNDS))
                report.value(f"{call}_p50_c{clients}", found["ratio"])
                report.value(f"{call}_p99_c{clients}", found["agent_p99_us"] / found["bare_p99_us"])
                report.detail(
                    f"{call}, {clients} clients: agent p50 {found['agent_p50_us']:.0f} p99 {found['agent_p99_us']:.0f} us,"
                    f" bare p50 {found['bare_p50_us']:.0f} p99 {found['bare_p99_us']:.0f} us"
                )
        finally:
            bare.kill()


def measure_rest(agent: Agent, report: Report) -> None:
    time.sleep(SETTLE_SECONDS)
    before = Usage.of(agent.pid)
    time.sleep(IDLE_SECONDS)
    spent = Usage.of(agent.pid) - before
    report.value("idle_pss_mb", pss_mb(agent.pid))
    report.value("idle_private_dirty_mb", private_dirty_mb(agent.pid))
    report.value("idle_cpu_percent", spent.cpu_percent)
    report.value("idle_ctxt_per_s", spent.switches_per_second)
    report.detail(f"idle: RSS {memory(agent.pid)['Rss'] / 1024:.1f} MB, {spent.threads} threads")
    for thread, switches in spent.busiest:
        report.detail(f"idle: thread {thread}: {switches:.2f} voluntary switches/s")


def measure_creates(agent: Agent, report: Report) -> None:
    faults: Path = agent.data("hypervisor-fake") / "faults.json"
    faults.write_text(f'{{"powerOn": {{"hang_ms": {BOOT_MS}}}}}')
    before = Usage.of(agent.pid)
    words = ["--hypervisor", "hypervisor-fake", "--memory", "64MiB"]
    creates = [
        subprocess.Popen(
            agent.ctl_command("vm", "create", "--name", f"more-{number}", *words),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for number in range(CREATES)
    ]
    highest = 0.0
    while any(create.poll() is None for create in creates):
        highest = max(highest, pss_mb(agent.pid))
        time.sleep(0.05)
    spent = Usage.of(agent.pid) - before
    faults.unlink()
    failed = sum(create.returncode != 0 for create in creates)
    if failed:
        report.detail(f"creates10: {failed} of {CREATES} failed")
        return
    report.value("creates10_pss_mb", highest)
    report.value("creates10_cpu_percent", spent.cpu_percent)
    report.detail(
        f"creates10: {spent.cpu_seconds * 1000:.0f} ms of CPU in {spent.seconds:.2f} s; the fake boot takes {BOOT_MS} ms"
    )
