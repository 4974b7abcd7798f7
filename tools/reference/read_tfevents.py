"""Reads a run's TensorBoard events with TensorBoard's own reader and compares them with metrics.jsonl.

    pip install tensorboard==2.21.0
    python tools/reference/read_tfevents.py runs/first
"""

import json
import struct
import sys
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator


def main() -> None:
    run = Path(sys.argv[1])
    reader = EventAccumulator(str(run / "tensorboard"), size_guidance={"scalars": 0, "histograms": 0})
    reader.Reload()
    scalars, histograms = 0, 0
    for line in map(json.loads, (run / "metrics.jsonl").read_text().splitlines()):
        for name, value in line.items():
            if name in ("step", "tokens", "words", "elapsed_seconds") or value is None:
                continue
            if isinstance(value, list):
                shown = [e for e in reader.Histograms(name) if e.step == line["step"]]
                assert len(shown) == 1 and list(shown[0].histogram_value.bucket) == value, (name, line["step"])
                histograms += 1
            else:
                shown = [e for e in reader.Scalars(name) if e.step == line["step"]]
                assert len(shown) == 1 and shown[0].value == struct.unpack("f", struct.pack("f", value))[0], (name, line["step"])
                scalars += 1
    points = sum(len(reader.Scalars(tag)) for tag in reader.Tags()["scalars"])
    print(f"{scalars} scalars and {histograms} histograms of metrics.jsonl are what TensorBoard reads; it reads {points - scalars} more")


main()
