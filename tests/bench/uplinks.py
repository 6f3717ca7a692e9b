# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""Ghost Cloud and its agents: a Core with many real uplinks, and what the uplink costs an agent that has nothing to do."""

from __future__ import annotations

import json
import select
import shutil
import statistics
import subprocess
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from agent import Agent
from programs import Failure, Programs, await_that
from process import Usage, private_dirty_mb, pss_mb
from report import Report

SIZES = (100, 1000)  # the smaller is what the bigger is held against
PROCESSES = 4  # that the agents share
VMS = 3
BEAT_SECONDS = 5  # six times as often as usual: more beats to measure
MEASURE_SECONDS = 60
START_SECONDS = 20
CONNECT_SECONDS = 150
CALL_SECONDS = 30

IDLE_VMS = 20
IDLE_BEAT_SECONDS = 30
SETTLE_SECONDS = 35  # registered, all VMs reported, a beat
IDLE_SECONDS = 120
DEFAULT_PLUGINS = [
    "hypervisor-libvirt", "network-nat", "storage-qcow2", "images-local", "api-grpc", "host-linux", "http-health",
    "metrics-prometheus",
]  # fmt: skip
FIGURES = ("pss_mb", "private_dirty_mb", "cpu_percent", "ctxt_per_s")

MANY = [
    "uplink_core_cpu_ms_per_beat", "uplink_core_cpu_1000_vs_100", "uplink_core_kb_per_agent",
    "uplink_core_kb_1000_vs_100", "uplink_beat_p50_ms", "uplink_beat_p99_ms", "uplink_beat_p99_1000_vs_100",
    "uplink_cpu_ms_per_beat", "uplink_kb_per_agent",
]  # fmt: skip
IDLE = [f"uplink_idle_{figure}" for figure in FIGURES]


def measure(programs: Programs, report: Report) -> None:
    if report.wants(*MANY):
        measure_many(programs, report)
    if report.wants(*IDLE):
        measure_idle(programs, report)


# Many agents on one Core


@dataclass
class Load:
    """Of one Core with so many agents."""

    beats: int
    core_cpu_ms: float  # a beat
    core_kb: float  # an agent
    p50_ms: float
    p99_ms: float
    uplink_cpu_ms: float  # a beat
    uplink_kb: float  # an agent
    core_threads: int


def measure_many(programs: Programs, report: Report) -> None:
    few, many = (load_of(programs, size) for size in SIZES)
    report.value("uplink_core_cpu_ms_per_beat", many.core_cpu_ms)
    report.value("uplink_core_cpu_1000_vs_100", many.core_cpu_ms / few.core_cpu_ms)
    report.value("uplink_core_kb_per_agent", many.core_kb)
    report.value("uplink_core_kb_1000_vs_100", many.core_kb / few.core_kb)
    report.value("uplink_beat_p50_ms", many.p50_ms)
    report.value("uplink_beat_p99_ms", many.p99_ms)
    report.value("uplink_beat_p99_1000_vs_100", many.p99_ms / few.p99_ms)
    report.value("uplink_cpu_ms_per_beat", many.uplink_cpu_ms)
    report.value("uplink_kb_per_agent", many.uplink_kb)
    for size, load in zip(SIZES, (few, many)):
        report.detail(
            f"uplink, {size} agents: {load.beats} beats in {MEASURE_SECONDS} s, p50 {load.p50_ms:.2f} p99"
            f" {load.p99_ms:.2f} ms; Core {load.core_cpu_ms:.3f} ms of CPU a beat, {load.core_kb:.0f} kB an agent,"
            f" {load.core_threads} threads; uplink {load.uplink_cpu_ms:.3f} ms a beat, {load.uplink_kb:.0f} kB an agent"
        )


def load_of(programs: Programs, agents: int) -> Load:
    with ExitStack() as stack:
        core = stack.enter_context(Core(programs, BEAT_SECONDS))
        parts = [
            stack.enter_context(Uplinks(programs, core, f"p{number}", agents // PROCESSES))
            for number in range(PROCESSES)
        ]
        pids = [part.pid for part in parts]
        core_before, uplinks_before = private_dirty_mb(core.pid), sum(map(private_dirty_mb, pids))
        for part in parts:
            part.say("connect")
        for part in parts:
            part.expect("connected", CONNECT_SECONDS)
        time.sleep(BEAT_SECONDS)  # the last ones' first picture is written by then
        for part in parts:
            part.say("measure")
        core_begin, uplinks_begin = Usage.of(core.pid), [Usage.of(pid) for pid in pids]
        time.sleep(MEASURE_SECONDS)
        core_spent = Usage.of(core.pid) - core_begin
        uplinks_cpu = sum((Usage.of(pid) - begin).cpu_seconds for pid, begin in zip(pids, uplinks_begin))
        milliseconds = [time_ms for part in parts for time_ms in part.beat_ms()]
        return Load(
            beats=len(milliseconds),
            core_cpu_ms=1000 * core_spent.cpu_seconds / len(milliseconds),
            core_kb=1024 * (private_dirty_mb(core.pid) - core_before) / agents,
            p50_ms=statistics.median(milliseconds),
            p99_ms=statistics.quantiles(milliseconds, n=100)[98],
            uplink_cpu_ms=1000 * uplinks_cpu / len(milliseconds),
            uplink_kb=1024 * (sum(map(private_dirty_mb, pids)) - uplinks_before) / agents,
            core_threads=core_spent.threads,
        )


class Core:
    """A ghost-cloud on a folder of its own and a free port."""

    def __init__(self, programs: Programs, beat_seconds: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="ghost-bench-", dir="/var/tmp"))
        self._process = subprocess.Popen(
            [programs.cloud, "--listen", "127.0.0.1:0", "--data", self._folder, "--interval", str(beat_seconds)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.pid = self._process.pid
        self.endpoint = ""

    def __enter__(self) -> Core:
        try:
            await_that(self._listens, START_SECONDS, "the start of ghost-cloud")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _listens(self) -> bool:
        if self._process.poll() is not None:
            raise Failure(f"ghost-cloud ended with {self._process.returncode}")
        place = self._folder / "endpoint"
        self.endpoint = place.read_text().strip() if place.exists() else ""
        return self.endpoint != ""


class Uplinks:
    """A process with many agents."""

    def __init__(self, programs: Programs, core: Core, name: str, agents: int) -> None:
        command = [programs.bench("uplinks"), core.endpoint, name, str(agents), str(VMS)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self._process.pid

    def __enter__(self) -> Uplinks:
        try:
            self.expect("ready", START_SECONDS)
        except BaseException:
            self.__exit__(Failure)
            raise
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._process.stdin.close()
        if kind is not None:
            self._process.kill()
        try:
            self._process.wait(CONNECT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def say(self, word: str) -> None:
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def expect(self, word: str, seconds: float) -> str:
        """The rest of the line that it says."""
        said = select.select([self._process.stdout], [], [], seconds)[0] and self._process.stdout.readline()
        if not said or said.split()[0] != word:
            raise Failure(f"agents on one Core: not '{word}' within {seconds:.0f} s")
        return said.removeprefix(word)

    def beat_ms(self) -> list[float]:
        """Of each since `measure`."""
        self.say("tell")
        failed, *times_us = map(int, self.expect("told", CALL_SECONDS).split())
        if failed:
            raise Failure(f"agents on one Core: {failed} heartbeats failed")
        return [time_us / 1000 for time_us in times_us]


# An agent at rest


def measure_idle(programs: Programs, report: Report) -> None:
    """Two agents side by side at the same time, one of which has a cloud."""
    with ExitStack() as stack:
        core = stack.enter_context(Core(programs, IDLE_BEAT_SECONDS))
        alone = stack.enter_context(Agent(programs, [*DEFAULT_PLUGINS, "hypervisor-fake"]))
        tied = stack.enter_context(
            Agent(
                programs,
                [*DEFAULT_PLUGINS, "hypervisor-fake", "uplink-cloud"],
                {"uplink-cloud": f"{{endpoint: '{core.endpoint}', allow: [start, stop]}}"},
            )
        )
        for agent in (alone, tied):
            agent.create_fakes(IDLE_VMS)
        await_that(lambda: has_told_all(tied), CONNECT_SECONDS, "an agent that is connected", interval=0.5)
        time.sleep(SETTLE_SECONDS)
        begin = [Usage.of(agent.pid) for agent in (alone, tied)]
        time.sleep(IDLE_SECONDS)
        without, tied_rest = (rest_of(agent, since) for agent, since in zip((alone, tied), begin))
    for figure in FIGURES:
        report.value(f"uplink_idle_{figure}", tied_rest[figure] - without[figure])
        report.detail(f"uplink_idle_{figure}: {without[figure]:.2f} without, {tied_rest[figure]:.2f} with")
    report.detail(f"uplink_idle: {without['threads']:.0f} threads without, {tied_rest['threads']:.0f} with")


def has_told_all(agent: Agent) -> bool:
    status = json.loads(agent.ctl("-o", "json", "cloud", "status"))
    return status["state"] == "connected" and status["outbox_reports"] == 0


def rest_of(agent: Agent, since: Usage) -> dict[str, float]:
    spent = Usage.of(agent.pid) - since
    return {
        "pss_mb": pss_mb(agent.pid),
        "private_dirty_mb": private_dirty_mb(agent.pid),
        "cpu_percent": spent.cpu_percent,
        "ctxt_per_s": spent.switches_per_second,
        "threads": spent.threads,
    }
