#!/usr/bin/env python3
"""explore against brute force, on examples/digits.

  acceptance.py HILLOCK FOLDER          6 designs by brute force, some points built again, a search
                                        that is killed and goes on (ctest)
  acceptance.py HILLOCK FOLDER --full   60 designs, all points of the front (make explore-acceptance)

1. `explore` finds a front.
2. Every design of a grid is compiled, run and estimated by itself, without explore. Some point of the
   front must be at least as good in accuracy (of all samples, and of those held out), latency, energy and
   LUTs at once.
3. Points of the front are built with `compile --from`, run and estimated: figures must be equal, all
   digits of them.
4. A search that is killed with SIGKILL and started again writes the same explore.json.
"""
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DIGITS = ROOT / "examples/digits"
MODEL = [str(DIGITS / "model.nir"), "--semantics", "snntorch", "--reset", "subtract"]
DATA = ["--data", str(DIGITS / "test.npz")]
TARGET = "asic45"


def hillock(*arguments):
    done = subprocess.run([HILLOCK, *arguments, "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"hillock {' '.join(arguments)}: status {done.returncode}\n{done.stderr}")


def read(file):
    return json.loads(Path(file).read_text())


def figures(build):
    """Of a build that was compiled by whatever means: run, estimated."""
    hillock("run", build, *DATA, *SAMPLES)
    hillock("estimate", build, "--target", TARGET)
    estimate = read(f"{build}/estimate.json")
    run = read(f"{build}/run.json")
    return {
        "accuracy": run["accuracy"],
        "held out": run["held_out"]["accuracy"],
        "latency": estimate["latency_s"]["mean"],
        "energy": estimate["energy_j"]["nominal"],
        "luts": read(f"{build}/compile.json")["luts_estimate"],
        "cycles": estimate["cycles_per_inference"],
    }


def figures_of(point):
    return {
        "accuracy": point["accuracy"],
        "held out": point["held_out"]["accuracy"],
        "latency": point["latency_s"]["mean"],
        "energy": point["energy_j"]["nominal"],
        "luts": point["luts"],
        "cycles": point["cycles_per_inference"],
    }


def covers(a, b):
    return (all(a[k] >= b[k] for k in ("accuracy", "held out")) and
            all(a[k] <= b[k] for k in ("latency", "energy", "luts")))


FULL = "--full" in sys.argv
HILLOCK = sys.argv[1]
FOLDER = Path(sys.argv[2])
SAMPLES = [] if FULL else ["--samples", "60"]
BITS = ["2", "3", "4", "6", "8"] if FULL else ["3", "4"]
FORMS = ["multiplier", "shifts"] if FULL else ["multiplier"]
LANES = ["1", "2", "4", "8", "16", "all"] if FULL else ["2", "8", "all"]

shutil.rmtree(FOLDER, ignore_errors=True)
FOLDER.mkdir(parents=True)
axes = [] if FULL else ["--weight-bits", "3,4", "--decay-form", "multiplier"]
search = [*MODEL, *DATA, *SAMPLES, *axes, "--target", TARGET]

start = time.monotonic()
VERIFIED = 2 if FULL else 1
hillock("explore", *search, "-o", f"{FOLDER}/search", "--verify", str(VERIFIED))
seconds = time.monotonic() - start
result = read(FOLDER / "search/explore.json")
points = {p["id"]: p for p in result["points"]}
front = [points[i] for i in result["front"]]
verified = sum(p["verified"] for p in front)
print(f"explore: {len(points)} points, {len(front)} on the front, {verified} verified, {seconds:.0f} s")
assert verified == VERIFIED, "not all that was asked for is verified"
assert not FULL or seconds < 600 or "--any-time" in sys.argv, "the search took more than 10 minutes"
assert all(p["verification"] is None or p["verified"] for p in points.values())

beaten = equal = 0
for k, (bits, form, lanes) in enumerate(itertools.product(BITS, FORMS, LANES)):
    build = f"{FOLDER}/grid"
    hillock("compile", *MODEL, *DATA, "--weight-bits", bits, "--decay-form", form, "--lanes", lanes,
            "-o", build)
    f = figures(build)
    by = [p["id"] for p in front if covers(figures_of(p), f)]
    assert by, f"no point of the front is as good as {bits} bits, {form}, {lanes} lanes: {f}"
    same = any(figures_of(points[i]) == f for i in by)
    equal += same
    beaten += not same
print(f"grid: {k + 1} designs, {equal} equal to a point of the front, {beaten} beaten by one")

again = front if FULL else front[:: max(1, len(front) // 3)][:3]
for p in again:
    build = f"{FOLDER}/again"
    hillock("compile", "--from", f"{FOLDER}/search/explore.json#{p['id']}", "-o", build)
    f = figures(build)
    assert f == figures_of(p), f"point {p['id']} was {figures_of(p)}, built again it is {f}"
hillock("compile", "--from", f"{FOLDER}/search", "-o", f"{FOLDER}/pick")
assert figures(f"{FOLDER}/pick") == figures_of(points[result["pick"]])
print(f"built again: {len(again)} points and the pick, all figures equal")

killed = FOLDER / "killed"
first = ["explore", *search, "-o", str(killed), "--verify", "0", "--jobs", "1", "--quiet"]
process = subprocess.Popen([HILLOCK, *first])
# The float network's result is the first that is kept, a choice's the second.
while process.poll() is None and len(list(killed.glob("cache/*.json"))) < 2:
    time.sleep(0.02)
unfinished = process.poll() is None
os.kill(process.pid, signal.SIGKILL) if unfinished else None
process.wait()
kept = {f.name: f.stat().st_mtime_ns for f in killed.glob("cache/*.json")}
assert unfinished and not (killed / "explore.json").exists(), "the search was too quick to be killed"
hillock(*first[:-1])
now = {f.name: f.stat().st_mtime_ns for f in killed.glob("cache/*.json")}
assert all(now[name] == at for name, at in kept.items()), "a kept result was made again"
whole = FOLDER / "whole"
hillock("explore", *search, "-o", str(whole), "--verify", "0")
assert read(killed / "explore.json") == read(whole / "explore.json")
print(f"killed after {len(kept) - 1} of {len(now) - 1} networks and resumed: the same explore.json")
