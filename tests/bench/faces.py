# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""The agent at rest with all of its plugins, tied to a cloud, while a client holds an mTLS connection and Prometheus
scrapes."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from contextlib import ExitStack
from urllib.request import urlopen

from agent import Agent
from programs import Failure, Programs, await_that
from process import Usage, private_dirty_mb, pss_mb
from report import Report
from uplinks import IDLE_BEAT_SECONDS, Core, has_told_all

VMS = 20
SCRAPE_SECONDS = 15  # what Prometheus' own example configuration has
IDLE_SECONDS = 60
CONNECT_SECONDS = 30
PLUGINS = [
    "hypervisor-libvirt", "network-nat", "storage-qcow2", "images-local", "api-grpc", "host-linux", "http-health",
    "metrics-prometheus", "hypervisor-qemu", "network-user", "uplink-cloud", "hypervisor-fake",
]  # fmt: skip
NAMES = [f"faces_idle_{figure}" for figure in ("pss_mb", "private_dirty_mb", "cpu_percent", "ctxt_per_s")]


def measure(programs: Programs, report: Report) -> None:
    if not report.wants(*NAMES):
        return
    if not shutil.which("prometheus"):
        raise Failure("prometheus is not installed: share/dev/packages")
    with ExitStack() as stack:
        core = stack.enter_context(Core(programs, IDLE_BEAT_SECONDS))
        tied = {"uplink-cloud": f"{{endpoint: '{core.endpoint}', allow: [start, stop]}}"}
        agent = stack.enter_context(Agent(programs, PLUGINS, tied))
        agent.create_fakes(VMS)
        await_that(lambda: has_told_all(agent), CONNECT_SECONDS, "an agent that is connected", interval=0.5)
        endpoints = json.loads((agent.root / "run/endpoints.json").read_text())
        stack.enter_context(_Watching(agent, endpoints["grpc"]))
        prometheus = stack.enter_context(_Prometheus(agent, endpoints["metrics"]))
        prometheus.await_scrape()
        before = Usage.of(agent.pid)
        time.sleep(IDLE_SECONDS)
        spent = Usage.of(agent.pid) - before
        report.value("faces_idle_pss_mb", pss_mb(agent.pid))
        report.value("faces_idle_private_dirty_mb", private_dirty_mb(agent.pid))
        report.value("faces_idle_cpu_percent", spent.cpu_percent)
        report.value("faces_idle_ctxt_per_s", spent.switches_per_second)
        for thread, switches in spent.busiest:
            report.detail(f"faces_idle: thread {thread}: {switches:.2f} voluntary switches/s")


class _Background:
    """A program beside the agent, ended by its id."""

    def __init__(self, command: list[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self):
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()

    def check(self) -> None:
        if self._process.poll() is not None:
            raise Failure(f"{self._process.args[0]} ended with {self._process.returncode}")


class _Watching(_Background):
    """A client that follows the events over TCP."""

    def __init__(self, agent: Agent, endpoint: str) -> None:
        tls = agent.data("api-grpc") / "tls"
        options = ["--agent", endpoint, "--tls-ca", tls / "ca.crt", "--tls-cert", tls / "client.crt"]
        options += ["--tls-key", tls / "client.key", "events"]
        super().__init__([str(agent.ctl_command()[0]), *map(str, options)])
        self._port = int(endpoint.rpartition(":")[2])

    def __enter__(self):
        try:
            await_that(self._is_connected, CONNECT_SECONDS, "a connection with mTLS")
        except Failure:
            self.__exit__()
            raise
        return self

    def _is_connected(self) -> bool:
        self.check()
        command = ["ss", "-Htn", "state", "established", f"( dport = :{self._port} )"]
        return bool(subprocess.run(command, capture_output=True, text=True).stdout.strip())


class _Prometheus(_Background):
    def __init__(self, agent: Agent, endpoint: str) -> None:
        folder = agent.root / "prometheus"
        folder.mkdir()
        (folder / "prometheus.yml").write_text(
            f"global: {{scrape_interval: {SCRAPE_SECONDS}s}}\n"
            f"scrape_configs: [{{job_name: ghost, static_configs: [{{targets: ['{endpoint}']}}]}}]\n"
        )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._address = f"127.0.0.1:{probe.getsockname()[1]}"
        super().__init__([
            "prometheus", f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
            f"--web.listen-address={self._address}", "--log.level=error",
        ])  # fmt: skip

    def await_scrape(self) -> None:
        await_that(self._has_scraped, CONNECT_SECONDS + SCRAPE_SECONDS, "a scrape by Prometheus")

    def _has_scraped(self) -> bool:
        self.check()
        try:
            with urlopen(f"http://{self._address}/api/v1/query?query=ghost_vms", timeout=5) as answer:
                return len(json.load(answer)["data"]["result"]) > 0
        except OSError:
            return False
