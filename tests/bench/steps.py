# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""How long each step of the agent's creates takes, from its events."""

from __future__ import annotations

import json
import subprocess
import time
from collections import defaultdict
from datetime import datetime

from agent import Agent

# What is libvirt's and the guest's: virDomainCreate and the boot.
OTHERS_STEPS = {"power on", "wait for the address"}
CONNECT_SECONDS = 1


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


class Steps:
    """Follows the agent's events while it lives; tells of them afterwards."""

    def __init__(self, agent: Agent, prefix: str = "") -> None:
        """@p prefix: only of VMs whose names begin so."""
        self._agent = agent
        self._prefix = prefix
        self._durations: list[dict[str, float]] = []  # one entry a create: ms by step

    def __enter__(self) -> Steps:
        self._file = open(self._agent.root / "events.json", "w+", encoding="utf-8")
        command = self._agent.ctl_command("-o", "json", "events")
        self._process = subprocess.Popen(command, stdout=self._file, stdin=subprocess.DEVNULL)
        time.sleep(CONNECT_SECONDS)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._read()
        self._file.close()

    def agent_share_ms(self) -> list[float]:
        """Of each create that went well."""
        return [
            sum(ms for step, ms in durations.items() if step not in OTHERS_STEPS) for durations in self._durations
        ]

    def by_name(self) -> dict[str, list[float]]:
        result = defaultdict(list)
        for durations in self._durations:
            for step, ms in durations.items():
                result[step].append(ms)
        return result

    def _read(self) -> None:
        self._file.seek(0)
        stories: dict[str, list[tuple[float, dict]]] = defaultdict(list)
        for line in self._file.read().splitlines():
            event = json.loads(line)
            if event["kind"] == "operation.changed" and self._is_wanted(event["operation"]):
                stories[event["operation"]["id"]].append((_ms(event["time"]), event["operation"]))
        self._durations = [
            self._durations_of(story) for story in stories.values() if story[-1][1]["status"] == "succeeded"
        ]

    def _is_wanted(self, operation: dict) -> bool:
        return operation["command"] == "CreateVM" and operation["subject"].startswith(self._prefix)

    @staticmethod
    def _durations_of(story: list[tuple[float, dict]]) -> dict[str, float]:
        durations: dict[str, float] = defaultdict(float)
        since, step = _ms(story[0][1]["created_at"]), "(queue)"
        for at, operation in story:
            now = operation["step"] or "(queue)"
            if now != step:
                durations[step] += at - since
                since, step = at, now
        durations[step] += _ms(story[-1][1]["ended_at"]) - since
        return durations
