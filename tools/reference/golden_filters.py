"""Logits after each sampling filter, as computed by transformers' own LogitsProcessors: src/test/resources/golden/filters

    pip install torch==2.15.0 transformers==5.23.0
    python tools/reference/golden_filters.py src/test/resources/golden

The order is that of transformers' generate. Inputs are drawn until float64 removes the same tokens, so that rounding does not matter.
The same versions and seed give the same bytes.
"""

import json
import sys
from pathlib import Path

import torch
import transformers as hf
from safetensors.torch import save_file
from transformers import (LogitsProcessorList, MinPLogitsWarper, RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper,
                          TopPLogitsWarper)

SEED, ROWS, VOCABULARY, SEEN = 2613, 5, 61, 7
PROCESSORS = {"repetition_penalty": RepetitionPenaltyLogitsProcessor, "temperature": TemperatureLogitsWarper, "top_k": TopKLogitsWarper,
              "top_p": TopPLogitsWarper, "min_p": MinPLogitsWarper}
CASES = [
    {"temperature": 0.6}, {"temperature": 1.7}, {"top_k": 1}, {"top_k": 7}, {"top_k": 500}, {"top_p": 0.92}, {"top_p": 0.35}, {"top_p": 0.001},
    {"min_p": 0.07}, {"min_p": 1.0}, {"repetition_penalty": 1.3}, {"repetition_penalty": 0.75},
    {"temperature": 0.8, "top_k": 12, "top_p": 0.8}, {"top_k": 30, "min_p": 0.1}, {"top_p": 0.9, "min_p": 0.2},
    {"repetition_penalty": 1.2, "temperature": 1.4, "top_k": 25, "top_p": 0.85, "min_p": 0.05},
]


def filtered(case, history, logits):
    # Settings are in the order of PROCESSORS, which is the order of generate.
    assert list(case) == [name for name in PROCESSORS if name in case]
    return LogitsProcessorList([PROCESSORS[name](value) for name, value in case.items()])(history, logits.clone())


def drawn(random):
    logits = 2.5 * torch.randn(ROWS, VOCABULARY, generator=random)
    logits[-1] = logits[-1].round()  # ties, for top_k and min_p
    history = torch.randint(0, VOCABULARY, (ROWS, SEEN), generator=random)
    history[:, -1] = history[:, 0]  # a token that was seen twice is penalised once
    return logits, history


def clear(logits, history):
    for case in CASES:
        once, twice = filtered(case, history, logits), filtered(case, history, logits.double())
        if not torch.equal(once.isinf(), twice.isinf()):
            return False
    return True


def main(out):
    for attempt in range(1000):
        logits, history = drawn(torch.Generator().manual_seed(SEED + attempt))
        if clear(logits, history):
            break
    else:
        raise SystemExit("every attempt hung on rounding")
    tensors = {"logits": logits, "history": history}
    for i, case in enumerate(CASES):
        tensors[f"filtered.{i}"] = filtered(case, history, logits)
        tensors[f"probs.{i}"] = tensors[f"filtered.{i}"].softmax(-1)
    folder = Path(out) / "filters"
    folder.mkdir(parents=True, exist_ok=True)
    save_file({name: value.contiguous() for name, value in tensors.items()}, folder / "io.safetensors")
    (folder / "io.safetensors").chmod(0o644)
    (folder / "config.json").write_text("{\"cases\": [\n" + ",\n".join(" " + json.dumps(case) for case in CASES) + "\n]}\n")
    (folder / "ORIGIN.md").write_text(
        f"# filters\n\n`logits` ({ROWS}, {VOCABULARY}), `history` ({ROWS}, {SEEN}) tokens already seen; for case i of config.json `filtered.i`, the logits after transformers'\n"
        "LogitsProcessors (-inf = removed), and `probs.i`, its softmax. The last row consists of integers, so it has ties:\n"
        "which of the tied tokens top_p removes is undefined, so compare the kept values there, not their positions.\n\n"
        f"Made by `python tools/reference/golden_filters.py src/test/resources/golden` (seed {SEED}) with torch {torch.__version__.split('+')[0]} and "
        f"transformers {hf.__version__}.\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(*sys.argv[1:])
