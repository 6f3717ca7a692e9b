# SPDX-FileCopyrightText: Ghost Agent authors
# SPDX-License-Identifier: Apache-2.0
"""The measuring part of share/dev/bench, which builds what this needs and starts libvirtd."""

from __future__ import annotations

import argparse
import fnmatch
import signal
import sys
from pathlib import Path

import create
import faces
import loop
import many_vms
import plugins
import reads
import rootless
import uplinks
from programs import Failure, Programs
from report import TARGETS, Report


def wanted(patterns: list[str]) -> set[str]:
    found = {name for name in TARGETS for pattern in patterns if fnmatch.fnmatch(name, pattern)}
    return found if patterns else set(TARGETS)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--product", type=Path, required=True, help="build folder of agent, ghostctl and plugins")
    parser.add_argument("--bench", type=Path, required=True, help="build folder of the bench's own programs")
    parser.add_argument("--image", type=Path, required=True, help="the little guest")
    parser.add_argument("--pairs", type=int, default=5, help="creates of each kind")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="a figure, or a pattern of names")
    options = parser.parse_args()

    names = wanted(options.only)
    if not names:
        parser.error(f"--only: none of {', '.join(TARGETS)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # so that all is cleaned up
    report = Report(names)
    programs = Programs(options.product.resolve(), options.bench.resolve())
    parts = [
        lambda: create.measure(programs, report, options.image.resolve(), options.pairs),
        lambda: reads.measure(programs, report),
        lambda: many_vms.measure(programs, report),
        lambda: faces.measure(programs, report),
        lambda: loop.measure(programs, report),
        lambda: plugins.measure(programs, report, options.pairs),
        lambda: rootless.measure(programs, report, options.image.resolve(), options.pairs),
        lambda: uplinks.measure(programs, report),
    ]
    for part in parts:
        try:
            part()
        except Failure as failure:  # the rest can be measured nevertheless
            print(f"bench: {failure}", file=sys.stderr)
    return report.print()


sys.exit(main())
