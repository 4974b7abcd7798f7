"""A TensorBoard event file written by TensorBoard's own record writer: src/test/resources/golden/tfevents/events.out.tfevents.golden

    pip install tensorboard==2.21.0
    python tools/reference/golden_tfevents.py src/test/resources/golden/tfevents

The file version, then steps 0 to 2 with two scalars each and at step 2 a histogram; EventWriterTest has the same values.
"""

import sys
from pathlib import Path

from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import HistogramProto, Summary
from tensorboard.summary.writer.record_writer import RecordWriter

START = 1_700_000_000.25
LOSS, RATE, LOAD = [4.5, 0.1, 1e-20], [0.0, -2.5, 3.4e38], [0.125, 0.5, 0.375]


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "events.out.tfevents.golden", "wb") as file:
        writer = RecordWriter(file)
        writer.write(Event(wall_time=START, file_version="brain.Event:2").SerializeToString())
        for step in range(3):
            values = [Summary.Value(tag="train/loss", simple_value=LOSS[step]), Summary.Value(tag="naïve rate", simple_value=RATE[step])]
            if step == 2:
                histogram = HistogramProto(min=-0.5, max=2.5, num=1.0, sum=1.25, sum_squares=2.0, bucket_limit=[0.5, 1.5, 2.5], bucket=LOAD)
                values.append(Summary.Value(tag="moe/0/load", histo=histogram))
            writer.write(Event(wall_time=START + 300 * step, step=300 * step, summary=Summary(value=values)).SerializeToString())
        writer.flush()


main()
