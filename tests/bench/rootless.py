# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""Create until the address answers, with the drivers that need no root: against libvirt and NAT, and against the same QEMU
by hand.

One agent has both pairs of drivers; the three go by turns. For a guest behind NAT it is the moment of create.py, an
answer to a TCP knock at port 22 of its lease; behind a forwarded port somebody answers before there is a guest, so there
its ssh has to greet. Before the turns a VM of each kind is made and deleted: the pattern, and for a warm machine.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

import libvirt
from agent import Agent
from create import CPUS, MEMORY_MIB
from programs import Failure, Programs
from report import Report
from same_qemu import SameQemu, await_ssh
from steps import Steps

PLUGINS = [
    "hypervisor-qemu", "network-user", "hypervisor-libvirt", "network-nat", "storage-qcow2", "images-local", "api-grpc",
]  # fmt: skip
QEMU_USER = ("hypervisor-qemu", "network-user")
LIBVIRT_NAT = ("hypervisor-libvirt", "network-nat")
NAMES = ["create_qemu_user_vs_libvirt_nat", "create_qemu_user_vs_hand"]
ANSWER_SECONDS = 2


def measure(programs: Programs, report: Report, image: Path, pairs: int) -> None:
    if not report.wants(*NAMES):
        return
    with ExitStack() as stack:
        agent = stack.enter_context(Agent(programs, PLUGINS))
        agent.ctl("image", "import", "--name", "mini", image)
        stack.callback(end_qemus, agent)
        make(agent, "pattern", QEMU_USER)
        hand = SameQemu(agent.root, image, command_line(agent))
        stack.callback(hand.remove)
        remove(agent, "pattern")
        make(agent, "warm", LIBVIRT_NAT)
        remove(agent, "warm")

        ways = {
            "qemu + user": lambda turn: create(agent, f"user-{turn}", QEMU_USER),
            "libvirt + nat": lambda turn: create(agent, f"nat-{turn}", LIBVIRT_NAT),
            "by hand": lambda _: hand.create(),
        }
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        steps = stack.enter_context(Steps(agent, "user-"))
        for turn in range(pairs):
            # Who is first changes, too.
            for name in list(ways)[turn % len(ways) :] + list(ways)[: turn % len(ways)]:
                seconds[name].append(ways[name](turn))

    for name, values in seconds.items():
        shown = ", ".join(f"{value:.2f}" for value in values)
        report.detail(f"rootless: {name} {statistics.median(values):.2f} s ({shown})")
    for figure, other in zip(NAMES, ("libvirt + nat", "by hand")):
        ratios = [mine / theirs for mine, theirs in zip(seconds["qemu + user"], seconds[other])]
        report.value(figure, statistics.median(ratios))
    for step, values in steps.by_name().items():
        report.detail(f"rootless: step '{step}' {statistics.median(values):.0f} ms")


def make(agent: Agent, name: str, drivers: tuple[str, str]) -> float:
    hypervisor, network = drivers
    begin = time.monotonic()
    agent.ctl(
        "vm", "create", "--name", name, "--hypervisor", hypervisor, "--network", network, "--accel", "tcg",
        "--cpus", CPUS, "--memory", f"{MEMORY_MIB}MiB",
    )  # fmt: skip
    return time.monotonic() - begin


def remove(agent: Agent, name: str) -> None:
    agent.ctl("vm", "delete", name, "--force")


def create(agent: Agent, name: str, drivers: tuple[str, str]) -> float:
    seconds = make(agent, name, drivers)
    [vm] = [vm for vm in agent.vms() if vm["name"] == name]
    if drivers == LIBVIRT_NAT:
        if not libvirt.answers(vm["address"]):
            raise Failure(f"{name} does not answer at its address '{vm['address']}'")
    else:
        await_ssh(int(vm["endpoint"].rpartition(":")[2]), ANSWER_SECONDS)
    remove(agent, name)
    return seconds


def qemus(agent: Agent) -> list[int]:
    """Processes of the agent's VMs of hypervisor-qemu, by their records."""
    pids = []
    for file in (agent.data("hypervisor-qemu") / "vms").glob("*/run.json"):
        process = json.loads(file.read_text()).get("process", {})
        words = command_of(process.get("pid", 0))
        if any(file.parent.name in word for word in words):
            pids.append(process["pid"])
    return pids


def command_of(pid: int) -> list[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text().split("\0")[:-1]
    except OSError:
        return []


def command_line(agent: Agent) -> list[str]:
    [pid] = qemus(agent)
    return command_of(pid)


def end_qemus(agent: Agent) -> None:
    for pid in qemus(agent):
        os.kill(pid, 9)
