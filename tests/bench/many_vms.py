# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""A thousand VMs of the fake driver."""

from __future__ import annotations

import json
import statistics
import subprocess
import time
import uuid
from pathlib import Path

from agent import Agent
from programs import Failure, Programs, figures
from report import Report

VMS = 1000
CHANGES = 40  # pairs of stop and start
STARTS = 5
PATIENCE_SECONDS = 30
NAMES = ["vms1000_list_p50_ms", "vms1000_change_durable_ms", "vms1000_start_s"]


def measure(programs: Programs, report: Report) -> None:
    if not report.wants(*NAMES):
        return
    with Agent(programs, ["hypervisor-fake", "api-grpc"]) as agent:
        agent.create_fakes(1)
        agent.stop()
        multiply(agent)
        starts = [start(agent, stop_after=turn < STARTS - 1) for turn in range(STARTS)]
        report.value("vms1000_start_s", statistics.median(starts))
        report.detail(f"vms1000: starts took {', '.join(f'{seconds:.3f}' for seconds in starts)} s")

        found = figures(agent.load("change-load", agent.socket, "fake-0", CHANGES))
        report.value("vms1000_list_p50_ms", found["list_p50_ms"])
        report.value("vms1000_change_durable_ms", found["change_p50_ms"])
        for what in ("list", "list_after_change", "change"):
            report.detail(f"vms1000: {what} p50 {found[f'{what}_p50_ms']} p99 {found[f'{what}_p99_ms']} ms")
        agent.stop()  # nothing outlives it: its VMs are records


def multiply(agent: Agent) -> None:
    """A thousand copies of the one VM, in the agent's records and in the driver's."""
    ids = [str(uuid.uuid4()) for _ in range(VMS)]

    def copies(vm: dict) -> list[dict]:
        return [vm | {"id": ids[number], "name": f"fake-{number}"} for number in range(VMS)]

    records = agent.root / "data/vms.json"
    state = json.loads(records.read_text())
    state["vms"] = copies(state["vms"][0])
    records.write_text(json.dumps(state))
    driver: Path = agent.data("hypervisor-fake") / "fake-vms.json"
    driver.write_text(json.dumps(copies(json.loads(driver.read_text())[0])))


def start(agent: Agent, stop_after: bool) -> float:
    """Seconds from the start of the program to the first answer that knows every VM."""
    command = agent.load_command("await-vms", agent.socket, VMS, PATIENCE_SECONDS)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as waiter:
        begin = time.monotonic()
        agent.spawn()
        answer = waiter.stdout.read()
    if waiter.returncode != 0:
        raise Failure(f"an agent with {VMS} VMs did not answer within {PATIENCE_SECONDS} s")
    if stop_after:
        agent.stop()
    return float(answer) - begin
