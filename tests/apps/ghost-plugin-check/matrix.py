# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""The table of share/dev/kit-matrix: rows of ghost-plugin-check × drivers."""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROMISED_SECONDS = 480  # of the full profile on a quiet machine
LIMIT_SECONDS = 1200
DRIVERS = [
    ("fake", "hypervisor-fake", ["--config", HERE / "fake.json", "--absent", HERE / "fake-absent.json"]),
    ("libvirt", "hypervisor-libvirt", ["--absent", HERE / "libvirt-absent.json"]),
    ("qemu", "hypervisor-qemu", ["--absent", HERE / "qemu-absent.json"]),
]


@dataclass
class Column:
    """What the kit saw of one driver."""

    name: str
    seconds: float
    results: dict[str, str] = field(default_factory=dict)  # by row
    remarks: list[str] = field(default_factory=list)

    def read(self, junit: Path) -> None:
        for case in ElementTree.parse(junit).getroot().iter("testcase"):
            row, failure, skipped = case.get("name"), case.find("failure"), case.find("skipped")
            if failure is not None:
                self.results[row] = "FAILED"
                self.remarks.append(f"{self.name} {row} FAILED: {failure.get('message')}\n{(failure.text or '').strip()}")
            elif skipped is not None:
                self.results[row] = "skipped"
                self.remarks.append(f"{self.name} {row} skipped: {skipped.get('message')}")
            else:
                self.results[row] = f"{float(case.get('time')):.1f} s"


def rows_of(kit: Path) -> list[tuple[str, str]]:
    """Suite and name of all rows that a hypervisor can have."""
    told = subprocess.run([kit, "--list"], check=True, capture_output=True, text=True, timeout=30).stdout
    rows = [tuple(line.split(maxsplit=2)[:2]) for line in told.splitlines()]
    return [row for row in rows if row[0] in ("plugin", "hypervisor")]


def check(kit: Path, plugin: Path, column: str, words: list[object], junit: Path) -> Column:
    begin = time.monotonic()
    command = [kit, plugin, "--profile", "full", "--junit", junit, *words]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as process:
        try:
            process.wait(LIMIT_SECONDS)
        except BaseException:  # a signal, too
            process.terminate()
            raise
    found = Column(column, time.monotonic() - begin)
    if junit.exists():
        found.read(junit)
    else:
        found.remarks.append(f"{column}: no results: ghost-plugin-check ended with {process.returncode}")
    return found


def table(rows: list[tuple[str, str]], columns: list[Column]) -> str:
    def line(*cells: str) -> str:
        return "{:11} {:26}".format(*cells[:2]) + "".join(f"{cell:>10}" for cell in cells[2:]) + "\n"

    text = line("suite", "row", *(column.name for column in columns))
    for suite, row in rows:
        cells = [column.results.get(row, "-") for column in columns]
        if any(cell != "-" for cell in cells):
            text += line(suite, row, *cells)
    text += "\n"
    for what in ("passed", "FAILED", "skipped"):
        text += line(what, "", *(str(count(column, what)) for column in columns))
    return text + line("minutes", "", *(minutes(column) for column in columns))


def minutes(column: Column) -> str:
    late = " > 8" if column.seconds > PROMISED_SECONDS else ""
    return f"{column.seconds / 60:.1f}{late}"


def count(column: Column, what: str) -> int:
    others = ("FAILED", "skipped")
    return sum(result == what or (what == "passed" and result not in others) for result in column.results.values())


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--image", type=Path, required=True, help="a guest that boots")
    parser.add_argument("--only", action="append", default=[], metavar="PATTERN")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    kit = options.build.resolve() / "bin/ghost-plugin-check"
    common = ["--image", options.image.resolve(), *(word for only in options.only for word in ("--only", only))]

    columns = []
    with tempfile.TemporaryDirectory() as folder:
        for column, plugin, words in DRIVERS:
            file = options.build.resolve() / f"lib/ghost/plugins/{plugin}.so"
            columns.append(check(kit, file, column, [*words, *common], Path(folder) / f"{plugin}.xml"))
    print(table(rows_of(kit), columns))
    for column in columns:
        for remark in column.remarks:
            print(remark)
    complete = all(column.results for column in columns)
    return 0 if complete and not any(count(column, "FAILED") for column in columns) else 1


sys.exit(main())
