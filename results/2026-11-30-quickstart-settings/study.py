#!/usr/bin/env python3
"""Chooses the quickstart's settings: learning rate and initialisation, on seeds that the quickstart does not use.

Run it from the top of the repository, on a machine that does nothing else:

    python3 results/2026-11-30-quickstart-settings/study.py

Each setting is one study of recipes/quickstart.yaml with every arm at that setting. What is finished is kept under runs/, so that the
same command goes on after a stop. In the end settings.md and settings.json stand beside this file. --tokens, --seeds and --only try
less; --table writes the tables from what has finished, --mojave says what to start instead of ./mojave.
"""

import argparse
import json
import shlex
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
RATES = [2.5e-3, 4e-3]
INITIALIZERS = {
    "gpt2-0.02": ("gpt2", 0.02),
    "gpt2-0.06": ("gpt2", 0.06),
    "normal-0.02": ("normal", 0.02),
    "normal-0.06": ("normal", 0.06),
    "width-scaled": ("width_scaled", 0.02),
}
ARMS = ["dense-active", "moe", "dense-total"]
# The goal that the quickstart's time is stated for: two trials side by side, 40 thousand tokens/s each.
TOKENS_PER_SECOND = 80_000
SECONDS_PER_TRIAL = 3


def settings(only):
    for rate in RATES:
        for name, (kind, deviation) in INITIALIZERS.items():
            key = f"{name}-rate-{rate:g}"
            if only in key:
                yield key, rate, kind, deviation


def count(text):
    units = {"k": 1_000, "M": 1_000_000}
    return int(float(text[:-1]) * units[text[-1]]) if text[-1] in units else int(text)


def folder(key, options):
    seeds = "-".join(map(str, options.seeds))
    return ROOT / options.runs / f"quickstart-settings-{key}-{options.tokens}-seeds-{seeds}"


def command(key, rate, kind, deviation, options):
    place = folder(key, options)
    sets = {
        "model.initializer": kind,
        "model.initializer_range": deviation,
        "train.learning_rate": rate,
        "train.schedule.min_learning_rate": f"{rate / 10:g}",
        "seeds": json.dumps(options.seeds),
        "budget.tokens": options.tokens,
    }
    line = shlex.split(options.mojave) + ["study", "recipes/quickstart.yaml", "--name", place.name, "--output", options.runs]
    for name, value in sets.items():
        line += ["--set", f"{name}={value}"]
    if options.jobs:
        line += ["--jobs", str(options.jobs)]
    return line + ["--resume", "auto"]


def result(key, options):
    path = folder(key, options) / "results.json"
    return json.loads(path.read_text()) if path.exists() else None


def gap(found, arm):
    for comparison in found["comparisons"]:
        if comparison["a"] == arm:
            if comparison["ci_low"] is None:
                return f"{comparison['difference']:+.4f}"
            return f"{comparison['difference']:+.4f} [{comparison['ci_low']:+.4f}, {comparison['ci_high']:+.4f}]"
    return ""


def table(options):
    rows = []
    for key, rate, kind, deviation in settings(options.only):
        found = result(key, options)
        if found is None:
            continue
        losses = {arm["name"]: arm["val_loss"] for arm in found["arms"]}
        rows.append({
            "initializer": kind,
            "initializer_range": deviation,
            "learning_rate": rate,
            "val_loss": {arm: losses[arm]["values"] for arm in ARMS},
            "mean": {arm: losses[arm]["mean"] for arm in ARMS},
            "mean_of_arms": sum(losses[arm]["mean"] for arm in ARMS) / len(ARMS),
            "largest_sd": max(losses[arm]["sd"] for arm in ARMS),
            "gaps": {arm: gap(found, arm) for arm in ("dense-active", "dense-total")},
            "provenance": found["provenance"],
        })
    rows.sort(key=lambda row: row["mean_of_arms"])
    lines = [
        f"{options.tokens} training tokens per model, seeds {', '.join(map(str, options.seeds))}; final validation loss in nats per token,"
        " means over seeds. Gaps are dense minus MoE, with their 95% intervals. Ordered by the mean over the three arms.",
        "",
        "| initializer | range | learning rate | dense-active | moe | dense-total | mean of arms | largest sd | active gap | total gap |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        means = " | ".join(f"{row['mean'][arm]:.4f}" for arm in ARMS)
        # width_scaled takes the range for embeddings and routers alone.
        lines.append(
            f"| {row['initializer']} | {row['initializer_range']:g} | {row['learning_rate']:g} | {means} | {row['mean_of_arms']:.4f}"
            f" | {row['largest_sd']:.4f} | {row['gaps']['dense-active']} | {row['gaps']['dense-total']} |"
        )
    text = "\n".join(lines) + "\n"
    (HERE / "settings.md").write_text(text)
    (HERE / "settings.json").write_text(json.dumps(rows, indent=2) + "\n")
    print(text)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", default="1500k", help="training tokens per model, for example 750k")
    parser.add_argument("--seeds", type=int, nargs="+", default=[101, 102])
    parser.add_argument("--only", default="", help="settings whose name contains this")
    parser.add_argument("--jobs", type=int, help="trials side by side")
    parser.add_argument("--runs", default="runs", help="folder under which the studies' folders are")
    parser.add_argument("--mojave", default="./mojave", help="the command that starts Mojave")
    parser.add_argument("--table", action="store_true", help="train nothing")
    options = parser.parse_args()
    todo = [setting for setting in settings(options.only) if result(setting[0], options) is None]
    if options.table or not todo:
        table(options)
        return
    trials = len(todo) * len(ARMS) * len(options.seeds)
    seconds = trials * (1.1 * count(options.tokens) / TOKENS_PER_SECOND + SECONDS_PER_TRIAL / 2)
    print(
        f"{len(todo)} settings, {trials} trials of {options.tokens} tokens: about {seconds / 60:.0f} minutes at {TOKENS_PER_SECOND:,}"
        " tokens/s together (two trials side by side)",
        flush=True,
    )
    begin = time.monotonic()
    for number, (key, rate, kind, deviation) in enumerate(todo, 1):
        print(f"\n[{number}/{len(todo)}] {key}, after {(time.monotonic() - begin) / 60:.1f} minutes", flush=True)
        code = subprocess.run(command(key, rate, kind, deviation, options), cwd=ROOT, check=False).returncode
        if code != 0:
            sys.exit(f"{key} ended with exit code {code}; the same command goes on where it stopped")
    table(options)


if __name__ == "__main__":
    main()
