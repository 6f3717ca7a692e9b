# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""The main loop while a driver hangs, deaf to cancel and deadline, in each of its calls at once."""

from __future__ import annotations

import json
import subprocess
import time

from agent import Agent
from programs import Programs, figures
from report import Report

VMS = 4
HANG_MS = 5000
NAMES = ["loop_stall_ms"]


def measure(programs: Programs, report: Report) -> None:
    if not report.wants(*NAMES):
        return
    with Agent(programs, ["hypervisor-fake", "api-grpc", "frontend-loop-probe"]) as agent:
        agent.create_fakes(VMS)
        faults = agent.data("hypervisor-fake") / "faults.json"
        hang = {"hang_ms": HANG_MS, "deaf": True}
        faults.write_text(json.dumps({call: hang for call in ("create", "powerOn", "powerOff", "remove", "inspect", "list")}))
        hanging = [
            ("vm", "stop", "fake-0", "--force"),
            ("vm", "restart", "fake-1", "--force"),
            ("vm", "delete", "fake-2", "--force"),
            ("vm", "create", "--name", "more", "--hypervisor", "hypervisor-fake", "--memory", "64MiB"),
        ]
        calls = [
            subprocess.Popen(agent.ctl_command(*words), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            for words in hanging
        ]
        end = time.monotonic() + HANG_MS / 1000
        reads = 0
        while time.monotonic() < end:  # the rest of the agent goes on meanwhile
            agent.vms()
            reads += 1
        faults.unlink()
        for call in calls:
            call.wait(60)
        agent.delete_all()
        agent.stop()
        found = figures((agent.data("frontend-loop-probe") / "stall").read_text())
    report.value("loop_stall_ms", found["loop_ms"])
    report.detail(
        f"loop: longest stall {found['loop_ms']:.1f} ms, of a thread that only sleeps {found['machine_ms']:.1f} ms;"
        f" {reads} lists answered while {len(hanging)} calls hung"
    )
