# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""libvirt by its own tool."""

from __future__ import annotations

import json
import socket
import time
import xml.etree.ElementTree as ElementTree
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Iterator

from programs import Failure, await_that, run

SSH_PORT = 22
KNOCK_SECONDS = 0.1


def virsh(*words: object) -> str:
    return run("virsh", "-q", "-c", "qemu:///system", *words)


def names(*listing: str) -> list[str]:
    return virsh(*listing, "--name").split()


@contextmanager
def default_network() -> Iterator[str]:
    """Its bridge. Inactive before: inactive afterwards."""
    started = "default" not in names("net-list")
    if started:
        virsh("net-start", "default")
    try:
        yield bridge_of("default")
    finally:
        if started:
            virsh("net-destroy", "default")


def bridge_of(network: str) -> str:
    return ElementTree.fromstring(virsh("net-dumpxml", network)).find("bridge").get("name")


def remove_domain(name: str) -> None:
    with suppress(Failure):
        virsh("destroy", name)
    with suppress(Failure):
        virsh("undefine", name)


def remove_network(name: str) -> None:
    with suppress(Failure):
        virsh("net-destroy", name)
    with suppress(Failure):
        virsh("net-undefine", name)


def remove_all(prefix: str) -> None:
    """Domains, networks and filters whose names begin so."""
    for name in names("list", "--all"):
        if name.startswith(prefix):
            remove_domain(name)
    for name in names("net-list", "--all"):
        if name.startswith(prefix):
            remove_network(name)
    for line in virsh("nwfilter-list").splitlines():
        name = line.split()[1]
        if name.startswith(prefix):
            with suppress(Failure):
                virsh("nwfilter-undefine", name)


def await_address(bridge: str, mac: str, seconds: float) -> str:
    """The address that dnsmasq lends to a MAC never seen before, once the guest answers there."""
    found: list[str] = []

    def is_lent() -> bool:
        with suppress(OSError, ValueError):  # not there yet, or half written
            leases = json.loads(Path(f"/var/lib/libvirt/dnsmasq/{bridge}.status").read_text() or "[]")
            found.extend(lease["ip-address"] for lease in leases if lease["mac-address"] == mac)
        return bool(found)

    await_that(is_lent, seconds, f"a lease for {mac} on {bridge}")
    await_that(lambda: answers(found[0]), seconds, f"an answer of {found[0]}", interval=0)
    return found[0]


def answers(ip: str) -> bool:
    """An open door and a refusal both are one: the way the agent asks, too."""
    with socket.socket() as door:
        door.settimeout(KNOCK_SECONDS)
        try:
            door.connect((ip, SSH_PORT))
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            return False
        except OSError:  # no neighbour of that address yet: answered at once by our own kernel
            time.sleep(KNOCK_SECONDS)
            return False
        return True
