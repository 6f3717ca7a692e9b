# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""The other ways to a running guest with an address."""

from __future__ import annotations

import os
import random
import re
import selectors
import subprocess
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import libvirt
from programs import Failure, run

PREFIX = f"ghost-bench-{os.getpid()}"
GUEST_SECONDS = 90
DISK_BYTES = 1 << 30


def unused_mac() -> str:
    return "52:54:00:" + ":".join(f"{random.randrange(256):02x}" for _ in range(3))


class Contender:
    name = ""

    def __init__(self, root: Path, image: Path, domain: str) -> None:
        self._domain = ElementTree.fromstring(domain)
        self._folder = root / self.name
        self._folder.mkdir(mode=0o711)
        self._image = image
        self._seed = root / "seed.img"
        self._count = 0

    def prepare(self) -> None:
        """What stands ready before the clock runs."""

    def create(self) -> float:
        """Seconds until the address answers; nothing of the guest is left."""
        self._count += 1
        try:
            return self._create(self._folder / f"disk-{self._count}.qcow2")
        finally:
            self._remove_guest()

    def remove(self) -> None:
        self._remove_guest()

    def _create(self, disk: Path) -> float:
        raise NotImplementedError

    def _remove_guest(self) -> None:
        libvirt.remove_domain(self._guest)

    @property
    def _guest(self) -> str:
        return f"{PREFIX}-{self.name}"

    def _make_overlay(self, disk: Path) -> None:
        run("qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", self._image, disk, DISK_BYTES)

    def _machine_type(self) -> str:
        return self._domain.find("os/type").get("machine")

    def _cpu_model(self) -> str:
        return self._domain.findtext("cpu/model") or "max"

    def _cpus(self) -> str:
        return self._domain.findtext("vcpu")

    def _memory_mib(self) -> int:
        return int(self._domain.findtext("memory")) // 1024  # libvirt answers in KiB


class VirtInstall(Contender):
    name = "virt_install"

    def __init__(self, root: Path, image: Path, domain: str, bridge: str) -> None:
        super().__init__(root, image, domain)
        self._bridge = bridge

    def _create(self, disk: Path) -> float:
        mac = unused_mac()
        drive = f"path={disk},size={DISK_BYTES >> 30},format=qcow2,bus=virtio"
        drive += f",backing_store={self._image},backing_format=qcow2"
        command = [
            "virt-install", "--connect", "qemu:///system", "--import", "--name", self._guest, "--virt-type", "qemu",
            "--machine", self._machine_type(), "--cpu", self._cpu_model(), "--vcpus", self._cpus(),
            "--memory", str(self._memory_mib()), "--disk", drive,
            "--network", f"network=default,model=virtio,mac={mac}", "--graphics", "none", "--noautoconsole",
            "--osinfo", "detect=off,require=off",
        ]  # fmt: skip
        begin = time.monotonic()
        with open(self._folder / "log", "wb") as log:
            install = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            libvirt.await_address(self._bridge, mac, GUEST_SECONDS)
            seconds = time.monotonic() - begin
            install.wait(GUEST_SECONDS)
        except Failure as failure:
            raise Failure(f"virt-install: {failure}: {(self._folder / 'log').read_text()[-300:]}") from None
        finally:
            install.kill()
        return seconds


class HandMade(Contender):
    """qemu-img and virsh, with the agent's own domain, filter and kind of network: a reservation for each address."""

    name = "hand_made"
    _bridge = f"ghb{os.getpid()}"[:15]

    def __init__(self, root: Path, image: Path, domain: str, network: str) -> None:
        super().__init__(root, image, domain)
        self._network = ElementTree.fromstring(network)

    def prepare(self) -> None:
        network = self._network
        network.find("name").text = PREFIX
        for tag in ("uuid", "metadata", "mac"):
            for found in network.findall(tag):
                network.remove(found)
        network.find("bridge").set("name", self._bridge)
        ip = network.find("ip")
        subnet = self._free_subnet()
        for element in (ip, *ip.iter("host")):
            key = "address" if element is ip else "ip"
            element.set(key, f"{subnet}.{element.get(key).rpartition('.')[2]}")
        self._hosts = ip.findall("dhcp/host")
        file = self._folder / "network.xml"
        ElementTree.ElementTree(network).write(file)
        libvirt.virsh("net-create", file)

    @staticmethod
    def _free_subnet() -> str:
        taken = run("ip", "-4", "route", "show", "table", "all")
        for third in random.sample(range(1, 255), 254):
            if f"10.211.{third}." not in taken:
                return f"10.211.{third}"
        raise Failure("no free subnet below 10.211.0.0/16")

    def _create(self, disk: Path) -> float:
        host = self._hosts[-self._count]  # another one each time: no lease of an earlier guest
        file = self._folder / "domain.xml"
        self._write_domain(disk, host.get("mac"), host.get("ip"), file)
        begin = time.monotonic()
        self._make_overlay(disk)
        libvirt.virsh("create", file)
        libvirt.await_address(self._bridge, host.get("mac"), GUEST_SECONDS)
        return time.monotonic() - begin

    def _write_domain(self, disk: Path, mac: str, ip: str, file: Path) -> None:
        domain = self._domain
        domain.find("name").text = self._guest
        for tag in ("uuid", "title", "metadata"):
            for found in domain.findall(tag):
                domain.remove(found)
        paths = [disk, self._seed]
        for source, path in zip(domain.iterfind("devices/disk/source"), paths):
            source.set("file", str(path))
        interface = domain.find("devices/interface")
        interface.find("source").set("bridge", self._bridge)
        interface.find("mac").set("address", mac)
        values = {"MAC": mac, "IP": ip}
        for parameter in interface.iterfind("filterref/parameter"):
            parameter.set("value", values[parameter.get("name")])
        ElementTree.ElementTree(domain).write(file)

    def remove(self) -> None:
        super().remove()
        libvirt.remove_network(PREFIX)


class BareQemu(Contender):
    """The floor: no libvirt, no bridge, QEMU's own DHCP."""

    name = "bare_qemu"
    _process: subprocess.Popen | None = None

    def _create(self, disk: Path) -> float:
        command = [
            "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio",
            "-machine", f"{self._machine_type()},accel=tcg", "-cpu", self._cpu_model(), "-smp", self._cpus(),
            "-m", str(self._memory_mib()),
            "-drive", f"file={disk},if=virtio,format=qcow2", "-drive", f"file={self._seed},if=virtio,format=raw,readonly=on",
            "-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile=",
        ]  # fmt: skip
        begin = time.monotonic()
        self._make_overlay(disk)
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, bufsize=0
        )
        self._await_line(re.compile(rb"ghost-mini: address \S+\r?\n"), begin + GUEST_SECONDS)
        return time.monotonic() - begin

    def _await_line(self, pattern: re.Pattern, end: float) -> None:
        seen = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not pattern.search(seen):
                if not selector.select(max(0.0, end - time.monotonic())):
                    raise Failure(f"bare QEMU: no address: {seen[-300:]!r}")
                read = os.read(self._process.stdout.fileno(), 65536)
                if not read:
                    raise Failure(f"bare QEMU ended: {seen[-300:]!r}")
                seen += read

    def _remove_guest(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None
