# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""What the kernel knows of a process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def memory(pid: int) -> dict[str, int]:
    """kB by name."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    return {name.rstrip(":"): int(value) for name, value, *_ in (line.split() for line in lines)}


def pss_mb(pid: int) -> float:
    return memory(pid)["Pss"] / 1024


def private_dirty_mb(pid: int) -> float:
    return memory(pid)["Private_Dirty"] / 1024


def _status(folder: Path) -> dict[str, str]:
    lines = (folder / "status").read_text().splitlines()
    return {name: value.strip() for name, value in (line.split(":", 1) for line in lines)}


@dataclass
class Usage:
    """Of all threads, at one moment or between two."""

    at: float
    cpu_seconds: float
    switches: dict[str, int]  # voluntary ones by thread id and name
    seconds: float = 0

    @staticmethod
    def of(pid: int) -> Usage:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        switches = {}
        for thread in Path(f"/proc/{pid}/task").iterdir():
            try:
                status = _status(thread)
            except OSError:  # has ended
                continue
            switches[f"{thread.name} {status['Name']}"] = int(status["voluntary_ctxt_switches"])
        return Usage(time.monotonic(), (int(fields[11]) + int(fields[12])) / TICKS, switches)

    def __sub__(self, before: Usage) -> Usage:
        switches = {thread: count - before.switches.get(thread, 0) for thread, count in self.switches.items()}
        return Usage(self.at, self.cpu_seconds - before.cpu_seconds, switches, self.at - before.at)

    @property
    def threads(self) -> int:
        return len(self.switches)

    @property
    def cpu_percent(self) -> float:
        return 100 * self.cpu_seconds / self.seconds

    @property
    def switches_per_second(self) -> float:
        return sum(self.switches.values()) / self.seconds

    @property
    def busiest(self) -> list[tuple[str, float]]:
        most = sorted(self.switches.items(), key=lambda entry: -entry[1])[:6]
        return [(thread, count / self.seconds) for thread, count in most if count > 0]
