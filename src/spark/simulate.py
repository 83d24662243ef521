#!/usr/bin/env python3
"""Predicts how long the fits of a run would take on more workers, from the times of its fits.

    src/spark/simulate.py OUT/results.json [WORKERS...] [--start S] [--each S] [--members N] [--scale X]

All fits of members are asked for at once; the longest goes to the worker that is free first, as SparkFits does. A
worker is a slot: one core of an executor.

--start  what passes before a new executor's first fit, in seconds: its JVM, the jars, the rows
--each   what a fit costs beside its own seconds: the job, the broadcast of its task, its result
--members, --scale  as if there were N members, whose fits take X times as long
"""

import argparse
import heapq
import json
import re


def fits_of(results, members, scale):
    """Seconds of each fit of a member."""
    seconds = results["timing"]["fit_seconds"]
    fold = re.compile(r"(?P<stack>.+) (?P<member>\S+) fold \d+$")
    found = {}
    for name, value in seconds.items():
        match = fold.match(name)
        if match or "meta network" not in name:
            found.setdefault(match["member"] if match else name, []).append(value)
    own = list(found.values())
    many = [own[i % len(own)] for i in range(members or len(own))]
    return [scale * second for fits in many for second in fits]


def wall(fits, workers, each, start):
    """When the last worker is done, if each is free from its start on."""
    free = [start] * workers
    heapq.heapify(free)
    for fit in sorted(fits, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + fit + each)
    return max(free)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("results")
    parser.add_argument("workers", nargs="*", type=int, default=[1, 2, 4, 8, 16, 32, 64, 128])
    parser.add_argument("--start", type=float, default=5)
    parser.add_argument("--each", type=float, default=0.07)
    parser.add_argument("--members", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1)
    asked = parser.parse_args()
    with open(asked.results, encoding="utf-8") as file:
        results = json.load(file)
    fits = fits_of(results, asked.members, asked.scale)
    work = sum(fits)
    print(f"{len(fits)} fits, {work:.1f} s of work")
    print(f"this run: members took {results['timing']['station_seconds']['members']:.1f} s")
    one = wall(fits, 1, asked.each, asked.start)
    print("workers  seconds  times one  busy")
    for workers in asked.workers:
        seconds = wall(fits, workers, asked.each, asked.start)
        print(f"{workers:7}  {seconds:7.1f}  {one / seconds:9.2f}  {work / workers / seconds:4.0%}")


if __name__ == "__main__":
    main()
