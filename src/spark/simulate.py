#!/usr/bin/env python3
"""Predicts how long the fits of a run would take on more workers, from the times of its fits.

    src/spark/simulate.py OUT/results.json [WORKERS...] [--start S] [--each S] [--members N] [--scale X]

The fits of members on all rows come first, then those of the folds; each stage begins when the one before has ended.
Within a stage the longest fit goes to the worker that is free first, as LocalFits and SparkFits do. A worker is a slot:
one core of an executor.

--start  what passes before a new executor's first fit, in seconds: its JVM, the jars, the rows
--each   what a fit costs beside its own seconds: the job, the broadcast of its task, its result
--members, --scale  as if there were N members, whose fits take X times as long
"""

import argparse
import heapq
import json
import re


def stages(results, members, scale):
    """Seconds of the fits, stage by stage."""
    seconds = results["timing"]["fit_seconds"]
    folds = re.compile(r"(?P<stack>.+) (?P<member>\S+) fold \d+$")
    found = {}
    for name, value in seconds.items():
        fold = folds.match(name)
        if fold:
            found.setdefault(fold["stack"], {}).setdefault(fold["member"], []).append(value)
        elif "meta network" not in name:
            found.setdefault("all rows", {}).setdefault(name, []).append(value)
    for stage in found.values():
        own = list(stage.values())
        many = [own[i % len(own)] for i in range(members or len(own))]
        yield [scale * second for fits in many for second in fits]


def wall(fits, workers, each, start):
    """When the last worker is done, if each is free from its start on."""
    free = [start] * workers
    heapq.heapify(free)
    for fit in sorted(fits, reverse=True):
        heapq.heappush(free, heapq.heappop(free) + fit + each)
    return max(free)


def predict(all_stages, workers, each, start):
    total = 0
    for i, fits in enumerate(all_stages):
        total += wall(fits, workers, each, start if i == 0 else 0)
    return total


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
    fits = list(stages(results, asked.members, asked.scale))
    work = sum(map(sum, fits))
    print(f"{sum(map(len, fits))} fits in {len(fits)} stages, {work:.1f} s of work")
    print(f"this run: members took {results['timing']['station_seconds']['members']:.1f} s")
    one = predict(fits, 1, asked.each, asked.start)
    print("workers  seconds  times one  busy")
    for workers in asked.workers:
        seconds = predict(fits, workers, asked.each, asked.start)
        print(f"{workers:7}  {seconds:7.1f}  {one / seconds:9.2f}  {work / workers / seconds:4.0%}")


if __name__ == "__main__":
    main()
