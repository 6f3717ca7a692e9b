# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""One agent on a root folder of its own."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import libvirt
from programs import CALL_SECONDS, Failure, Programs, await_that, run

START_SECONDS = 30
STOP_SECONDS = 20
# Ports of its own: another agent may have the usual ones.
SETTINGS = {
    "api-grpc": '{group: "", listen: "127.0.0.1:0"}',
    "http-health": '{listen: "127.0.0.1:0"}',
    "metrics-prometheus": '{listen: "127.0.0.1:0"}',
}


class Agent:
    """A ghost-agent. Leaving the `with` stops it and removes all that is its own, in libvirt too."""

    def __init__(self, programs: Programs, plugins: list[str], settings: dict[str, str] | None = None) -> None:
        """@p settings: of plugins that have none in SETTINGS."""
        self._programs = programs
        wanted = SETTINGS | (settings or {})
        self.root = Path(tempfile.mkdtemp(prefix="ghost-bench-", dir="/var/tmp"))
        self.root.chmod(0o711)  # QEMU's user must get through
        (self.root / "etc").mkdir()
        (self.root / "etc/agent.yaml").write_text(
            f"plugins: [{', '.join(plugins)}]\n"
            "defaults: {image: mini, disk: 1GiB}\n"
            "reserve: {memory: 64MiB, disk: 1GB}\n"
            f"settings: {{{', '.join(f'{plugin}: {wanted[plugin]}' for plugin in plugins if plugin in wanted)}}}\n"
        )
        self.socket = self.root / "run/agent.sock"
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> Agent:
        try:
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._process and self._process.poll() is None:
                self.stop()
        except Failure as failure:
            print(f"bench: while cleaning up: {failure}", file=sys.stderr)
        finally:
            self.kill()
            if (self.root / "data/vms.json").exists():
                libvirt.remove_all(self.prefix)
            shutil.rmtree(self.root, ignore_errors=True)

    @property
    def pid(self) -> int:
        assert self._process
        return self._process.pid

    def spawn(self) -> None:
        """Returns before anything answers."""
        command = [str(self._programs.agent), "--root", str(self.root)]
        for folder in self._programs.plugin_folders:
            command += ["--plugins", str(folder)]
        with open(self.root / "agent.out", "ab") as output:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    def start(self) -> None:
        self.spawn()
        await_that(self._listens, START_SECONDS, f"start of {self._programs.agent}")

    def _listens(self) -> bool:
        assert self._process
        if self._process.poll() is not None:
            raise Failure(f"the agent ended: {(self.root / 'agent.out').read_text()[-500:]}")
        with socket.socket(socket.AF_UNIX) as door:
            return door.connect_ex(str(self.socket)) == 0

    def stop(self) -> None:
        assert self._process
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise Failure(f"the agent did not stop within {STOP_SECONDS} s") from None

    def kill(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def ctl_command(self, *words: object) -> list[str]:
        return [str(self._programs.ctl), "--root", str(self.root), *map(str, words)]

    def ctl(self, *words: object, seconds: float = CALL_SECONDS) -> str:
        return run(*self.ctl_command(*words), seconds=seconds)

    def vms(self) -> list[dict]:
        return json.loads(self.ctl("-o", "json", "vm", "list"))

    def delete_all(self) -> None:
        for vm in self.vms():
            self.ctl("vm", "delete", vm["name"], "--force")

    @property
    def prefix(self) -> str:
        """Of the names of all that it makes in libvirt."""
        agent_id = json.loads((self.root / "data/vms.json").read_text())["agent_id"]
        return f"ghost-{agent_id[:8]}-"

    def data(self, plugin: str) -> Path:
        return self.root / "data/plugins" / plugin

    def create_fakes(self, count: int) -> None:
        """Running VMs of the fake driver, fake-0 and on."""
        for number in range(count):
            self.ctl("vm", "create", "--name", f"fake-{number}", "--hypervisor", "hypervisor-fake", "--memory", "64MiB")

    def load(self, name: str, *words: object, seconds: float = CALL_SECONDS) -> str:
        """Output of one of the load programs."""
        return run(self._programs.bench(name), *words, seconds=seconds)

    def load_command(self, name: str, *words: object) -> list[str]:
        return [str(self._programs.bench(name)), *map(str, words)]
