# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""Running programs and waiting for what they do, never without an end."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import Callable

CALL_SECONDS = 120


class Failure(Exception):
    """What could not be measured, and why."""


def run(*command: object, seconds: float = CALL_SECONDS) -> str:
    words = [str(word) for word in command]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=seconds, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        raise Failure(f"{' '.join(words)}: no end after {seconds:.0f} s") from None
    if done.returncode != 0:
        raise Failure(f"{' '.join(words)}: exit {done.returncode}: {done.stderr.strip()[-500:]}")
    return done.stdout


def await_that(condition: Callable[[], bool], seconds: float, what: str, interval: float = 0.005) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Failure(f"{what}: not within {seconds:.0f} s")
        time.sleep(interval)


def figures(output: str) -> dict[str, float]:
    """`name value` lines."""
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


class Programs:
    """Where the built programs are: the product's, and those of the bench."""

    def __init__(self, product: Path, bench: Path) -> None:
        self.agent = product / "bin/ghost-agent"
        self.ctl = product / "bin/ghostctl"
        self.cloud = product / "bin/ghost-cloud"
        self.plugin_folders = [folder / "lib/ghost/plugins" for folder in (product, bench)]
        self._bench = bench / "bin"

    def bench(self, name: str) -> Path:
        return self._bench / f"ghost-bench-{name}"
