# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""Create until the address answers: the agent and three others by turns, so that the machine's moods meet all alike.

The moment is the same for the three with a network: the guest answers a TCP knock at port 22 of the address in its new
lease. Bare QEMU's forwarded port answers before there is a guest: there it is the guest's own line on the serial console,
printed when it has set its address, which is a little earlier. All use TCG, the same image, machine type, CPU, amounts of
CPUs and memory, and a new overlay; hand-made and bare guests have a copy of the agent's seed.
"""

from __future__ import annotations

import shutil
import statistics
import time
from contextlib import ExitStack
from pathlib import Path

import libvirt
from agent import Agent
from contenders import BareQemu, Contender, HandMade, VirtInstall
from programs import Failure, Programs
from report import Report
from steps import Steps

CPUS = 2
MEMORY_MIB = 512
PLUGINS = ["hypervisor-libvirt", "network-nat", "storage-qcow2", "images-local", "api-grpc"]
NAMES = ["create_vs_virt_install", "create_vs_hand_made", "create_vs_bare_qemu", "agent_share_ms"]


def measure(programs: Programs, report: Report, image: Path, pairs: int) -> None:
    if not report.wants(*NAMES):
        return
    with ExitStack() as stack:
        agent = stack.enter_context(Agent(programs, PLUGINS))
        agent.ctl("image", "import", "--name", "mini", image)
        ours = Ours(agent)
        ours.learn()
        others: list[Contender] = []
        if report.wants("create_vs_virt_install"):
            bridge = stack.enter_context(libvirt.default_network())
            others.append(VirtInstall(agent.root, image, ours.domain, bridge))
        if report.wants("create_vs_hand_made"):
            others.append(HandMade(agent.root, image, ours.domain, ours.network))
        if report.wants("create_vs_bare_qemu"):
            others.append(BareQemu(agent.root, image, ours.domain))
        for other in others:
            stack.callback(other.remove)
            other.prepare()

        steps = stack.enter_context(Steps(agent))
        seconds: dict[str, list[float]] = {"agent": []} | {other.name: [] for other in others}
        for turn in range(pairs):
            seconds["agent"].append(ours.create(turn))
            for other in others:
                seconds[other.name].append(other.create())

    for name, values in seconds.items():
        report.detail(f"create: {name} {statistics.median(values):.2f} s ({', '.join(f'{value:.2f}' for value in values)})")
    for other in others:
        ratios = [mine / theirs for mine, theirs in zip(seconds["agent"], seconds[other.name])]
        report.value(f"create_vs_{other.name}", statistics.median(ratios))
    if share := steps.agent_share_ms():
        report.value("agent_share_ms", statistics.median(share))
    for step, values in steps.by_name().items():
        report.detail(f"create: step '{step}' {statistics.median(values):.0f} ms")


class Ours:
    """The agent; what it makes is the pattern for the others."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self.domain = ""  # XML
        self.network = ""

    def _make(self, name: str) -> float:
        begin = time.monotonic()
        self._agent.ctl(
            "vm", "create", "--name", name, "--accel", "tcg", "--cpus", CPUS, "--memory", f"{MEMORY_MIB}MiB", seconds=120
        )
        return time.monotonic() - begin

    def learn(self) -> None:
        self._make("pattern")
        prefix = self._agent.prefix
        [domain] = [name for name in libvirt.names("list") if name.startswith(prefix)]
        [network] = [name for name in libvirt.names("net-list") if name.startswith(prefix)]
        self.domain = libvirt.virsh("dumpxml", "--inactive", domain)
        self.network = libvirt.virsh("net-dumpxml", "--inactive", network)
        for seed in (self._agent.root / "disks").glob("*.img"):
            shutil.copyfile(seed, self._agent.root / "seed.img")
        self._agent.ctl("vm", "delete", "pattern", "--force")

    def create(self, turn: int) -> float:
        name = f"vm-{turn}"
        seconds = self._make(name)
        [vm] = [vm for vm in self._agent.vms() if vm["name"] == name]
        if not libvirt.answers(vm["address"]):
            raise Failure(f"{name} does not answer at its address '{vm['address']}'")
        self._agent.ctl("vm", "delete", name, "--force")
        return seconds
