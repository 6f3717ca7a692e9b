# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""The agent's own QEMU command line, typed by hand."""

from __future__ import annotations

import re
import selectors
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from contenders import DISK_BYTES, GUEST_SECONDS
from programs import Failure, run

GREETING = b"SSH-2.0-bench\r\n"  # Debian's passt wants the client to speak first; slirp does not mind
KNOCK_SECONDS = 0.1  # between knocks
PATIENCE_SECONDS = 0.5  # with each; all that wait when ssh comes up are work for the guest


def await_ssh(port: int, seconds: float, has_ended=lambda: False) -> None:
    """Until the guest's ssh greets at this port of the machine.

    The port itself is open before there is a guest. A knock every 100 ms, whatever became of those before.
    """
    end = time.monotonic() + seconds
    knocks: dict[socket.socket, float] = {}
    with selectors.DefaultSelector() as selector:
        try:
            while time.monotonic() < end:
                if has_ended():
                    raise Failure("QEMU ended")
                knock(port, selector, knocks)
                for key, _ in selector.select(KNOCK_SECONDS):
                    with suppress(OSError):
                        if key.fileobj.recv(1):
                            return
                    forget(key.fileobj, selector, knocks)
        finally:
            for door in list(knocks):
                forget(door, selector, knocks)
    raise Failure(f"no ssh at port {port} within {seconds:.0f} s")


def knock(port: int, selector: selectors.BaseSelector, knocks: dict[socket.socket, float]) -> None:
    now = time.monotonic()
    for door in [door for door, since in knocks.items() if now - since > PATIENCE_SECONDS]:
        forget(door, selector, knocks)
    if knocks and now - max(knocks.values()) < KNOCK_SECONDS:
        return
    door = socket.socket()
    try:
        door.connect(("127.0.0.1", port))
        door.send(GREETING)
    except OSError:  # QEMU does not listen yet
        door.close()
        time.sleep(0.005)
        return
    door.setblocking(False)
    knocks[door] = now
    selector.register(door, selectors.EVENT_READ)


def forget(door: socket.socket, selector: selectors.BaseSelector, knocks: dict[socket.socket, float]) -> None:
    selector.unregister(door)
    del knocks[door]
    door.close()


class SameQemu:
    """Machine, devices, disk and seed of a VM of hypervisor-qemu and network-user, started anew each time."""

    name = "hand"

    def __init__(self, root: Path, image: Path, command: list[str]) -> None:
        """@p command is that of a QEMU that runs."""
        self._folder = root / self.name
        self._folder.mkdir(mode=0o711)
        self._image = image
        self._command = command
        self._count = 0
        self._process: subprocess.Popen | None = None
        disk, seed = self._disks()
        self._old_disk, self._old_seed = disk, seed
        self._seed = self._folder / "seed.img"
        shutil.copyfile(seed, self._seed)

    def create(self) -> float:
        """Seconds until the guest's ssh answers; nothing of the guest is left."""
        self._count += 1
        try:
            return self._create(self._folder / f"disk-{self._count}.qcow2")
        finally:
            self.remove()

    def remove(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _create(self, disk: Path) -> float:
        port = self._free_port()
        command = self._renewed(disk, port)
        begin = time.monotonic()
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", self._image, disk, DISK_BYTES)
        with open(self._folder / "log", "wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            await_ssh(port, GUEST_SECONDS, lambda: self._process.poll() is not None)
        except Failure as failure:
            raise Failure(f"QEMU by hand: {failure}: {(self._folder / 'log').read_text()[-300:]}") from None
        return time.monotonic() - begin

    def _disks(self) -> tuple[str, str]:
        files = re.findall(r'"filename":\s*"([^"]+)"', " ".join(word for word in self._command if '"node-name"' in word))
        if len(files) != 2:
            raise Failure(f"the agent's QEMU has not a disk and a seed, but {files}")
        return files[0], files[1]

    def _renewed(self, disk: Path, port: int) -> list[str]:
        """With sockets of its own in the place of those that the driver hands over, its own disk and its own port."""
        command = []
        for word in self._command:
            if channel := re.fullmatch(r"socket,id=([^,]+),fd=\d+,(.*)", word):
                word = f"socket,id={channel[1]},path={self._folder / channel[1]}.sock,{channel[2]}"
            word = word.replace(self._old_disk, str(disk)).replace(self._old_seed, str(self._seed))
            command.append(re.sub(r"tcp:127\.0\.0\.1:\d+-:22", f"tcp:127.0.0.1:{port}-:22", word))
        if not any(f":{port}-:22" in word for word in command):
            raise Failure("the agent's QEMU has no port for ssh: is passt used?")
        return command

    @staticmethod
    def _free_port() -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return probe.getsockname()[1]
