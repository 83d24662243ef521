#!/usr/bin/env python3
"""Compares the files of two runs, bit for bit, times aside: src/spark/same.py OUT OTHER."""

import json
import pathlib
import sys
import zipfile


def content(out):
    found = {}
    for name in ("meta-features-train.csv", "meta-features-test.csv"):
        found[name] = (out / name).read_bytes()
    lines = (out / "leaderboard.csv").read_text().splitlines()
    seconds = lines[0].split(",").index("seconds")
    found["leaderboard.csv"] = [
        [field for i, field in enumerate(line.split(",")) if i != seconds] for line in lines
    ]
    results = json.loads((out / "results.json").read_text())
    del results["timing"]
    for name, part in results.items():
        found["results.json: " + name] = part
    with zipfile.ZipFile(out / "ensemble.zip") as archive:
        for name in archive.namelist():
            if name != "provenance.json":  # which has the times
                found["ensemble.zip: " + name] = archive.read(name)
    return found


one, other = (content(pathlib.Path(name)) for name in sys.argv[1:3])
different = [name for name in sorted(one.keys() | other.keys()) if one.get(name) != other.get(name)]
if different:
    sys.exit("different: " + ", ".join(different))
print(f"the same: {len(one)} parts, {sum(name.startswith('ensemble') for name in one)} of them networks and what else is in the archive")
