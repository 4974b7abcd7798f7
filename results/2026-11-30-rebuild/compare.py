#!/usr/bin/env python3
"""Compares two builds of Mojave, and trials side by side with a trial alone. Taking turns, medians, intervals by bootstrap over rounds.

    python3 compare.py builds OLD NEW [--rounds N]     folders with a ./mojave each: training speed of three shapes, new / old
    python3 compare.py jobs MOJAVE [--rounds N]        two trials of one thread each beside one such trial and beside one of two threads

Prints JSON. Nothing else may run on the machine meanwhile.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SHAPES = [("2,4,64,64,257", 16, 1), ("4,4,128,64,65", 12, 2), ("6,6,384,256,65", 32, 2)]


def interval(ratios):
    draw = random.Random(0)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(10_000))
    return [round(medians[250], 4), round(medians[-251], 4)]


def speed(folder, shape, batch, threads, blas, steps):
    line = [f"{folder}/mojave", "bench", "train", "--shape", shape, "--batch", str(batch), "--threads", str(threads)]
    line += ["--blas", blas, "--precision", "fp32", "--steps", str(steps), "--json"]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode != 0:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def tokens_per_second(result):
    return result["tokens_per_second"]


def builds(options):
    found = []
    for shape, batch, threads in SHAPES:
        for blas in options.blas:
            ratios, speeds = [], {"old": [], "new": []}
            for round_ in range(options.rounds):
                order = ["old", "new"] if round_ % 2 == 0 else ["new", "old"]
                one = {}
                for which in order:
                    folder = options.old if which == "old" else options.new
                    one[which] = tokens_per_second(speed(folder, shape, batch, threads, blas, options.steps))
                    speeds[which].append(round(one[which]))
                ratios.append(one["new"] / one["old"])
                print(shape, blas, round_, {k: round(v) for k, v in one.items()}, round(ratios[-1], 3), file=sys.stderr, flush=True)
            found.append({"shape": shape, "batch": batch, "threads": threads, "blas": blas, "precision": "fp32",
                          "new_over_old": round(statistics.median(ratios), 4), "interval": interval(ratios), "tokens_per_second": speeds})
    print(json.dumps(found, indent=1))


def train(mojave, runs, name, threads, steps):
    line = [str(mojave), "train", str(runs / "trial.yaml"), "--output", str(runs), "--name", name,
            "--set", f"engine.threads={threads}", "--set", f"train.steps={steps}"]
    return subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def logged(runs, name):
    """Tokens/s of training alone, median of the logged steps after the first tenth."""
    lines = [json.loads(line) for line in (runs / name / "metrics.jsonl").read_text().splitlines()]
    speeds = [line["train/tokens_per_second"] for line in lines if "train/tokens_per_second" in line]
    return statistics.median(speeds[len(speeds) // 10:])


def jobs(options):
    mojave = Path(options.mojave).resolve()
    runs = Path(tempfile.mkdtemp(prefix="mojave-jobs-"))
    shutil.copy(Path(options.recipe).resolve(), runs / "trial.yaml")
    rounds = []
    for number in range(options.rounds):
        one = {}
        def alone(key, threads):
            process = train(mojave, runs, f"{key}-{number}", threads, options.steps)
            if process.wait() != 0:
                sys.exit(f"{key} failed")
            one[key] = logged(runs, f"{key}-{number}")
        def pair():
            both = [train(mojave, runs, f"pair{i}-{number}", 1, options.steps) for i in (0, 1)]
            if any(process.wait() != 0 for process in both):
                sys.exit("pair failed")
            one["pair"] = sum(logged(runs, f"pair{i}-{number}") for i in (0, 1))
        steps = [lambda: alone("one_thread", 1), pair, lambda: alone("two_threads", 2)]
        for step in steps if number % 2 == 0 else reversed(steps):
            step()
        rounds.append(one)
        print({k: round(v) for k, v in one.items()}, file=sys.stderr, flush=True)
    over_one = [r["pair"] / r["one_thread"] for r in rounds]
    over_two = [r["pair"] / r["two_threads"] for r in rounds]
    print(json.dumps({
        "tokens_per_second": rounds,
        "pair_over_one_thread": {"median": round(statistics.median(over_one), 3), "interval": interval(over_one)},
        "pair_over_two_threads": {"median": round(statistics.median(over_two), 3), "interval": interval(over_two)},
    }, indent=1))


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
sub = parser.add_subparsers(required=True)
one = sub.add_parser("builds"); one.add_argument("old"); one.add_argument("new"); one.add_argument("--rounds", type=int, default=5); one.add_argument("--steps", type=int, default=10)
one.add_argument("--blas", nargs="+", default=["openblas"]); one.set_defaults(run=builds)
two = sub.add_parser("jobs"); two.add_argument("mojave"); two.add_argument("--recipe", required=True); two.add_argument("--rounds", type=int, default=3)
two.add_argument("--steps", default="600"); two.set_defaults(run=jobs)
options = parser.parse_args()
options.run(options)
