"""Compares the speed of Mojave's tokenizer with others on a given text, in turns: training with Hugging Face's trainer, encoding with tiktoken on one thread.

    pip install tiktoken tokenizers
    python tools/reference/tokenizer_speed.py TEXT --record speed.json

For Mojave, the whole command is timed, including its start and the reading of the file; for the others, only the call. The tokenizers must be equal, and so must the ids
of the text's beginning and the total number of tokens. The ratios are their time over Mojave's: the median of the pairs and its sign-test interval (95% from six pairs on).
"""

import argparse
import json
import math
import pathlib
import platform
import re
import statistics
import subprocess
import tempfile
import time

import tiktoken
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

MOJAVE = str(pathlib.Path(__file__).resolve().parents[2] / "mojave")
END = "<|endoftext|>"
GPT2 = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"
PART = 1_000_000


def run(*arguments: str, text: str | None = None) -> tuple[float, str]:
    start = time.perf_counter()
    done = subprocess.run([MOJAVE, "tokenizer", *arguments], input=text, capture_output=True, text=True, check=True, encoding="utf-8")
    return time.perf_counter() - start, done.stdout


def train_theirs(source: str, size: int, target: pathlib.Path) -> float:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=size, min_frequency=2, special_tokens=[END], initial_alphabet=alphabet, show_progress=False)
    start = time.perf_counter()
    tokenizer.train([source], trainer)
    seconds = time.perf_counter() - start
    tokenizer.save(str(target))
    return seconds


def as_tiktoken(file: pathlib.Path) -> tiktoken.Encoding:
    """Returns the same vocabulary for tiktoken: a token's id is the rank of its merge."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [value for value in range(0x100) if value not in printable]
    byte_of = {chr(value): value for value in printable} | {chr(0x100 + i): value for i, value in enumerate(others)}
    vocabulary = json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"]
    ranks = {bytes(byte_of[c] for c in token): rank for token, rank in vocabulary.items() if token != END}
    return tiktoken.Encoding("trained", pat_str=GPT2, mergeable_ranks=ranks, special_tokens={END: vocabulary[END]})


def parts(text: str) -> list[str]:
    """Cuts at single line breaks between words, which no token can span."""
    cuts = [0]
    for match in re.finditer(r"(?<=\S)\n(?=\S)", text):
        if match.end() - cuts[-1] >= PART:
            cuts.append(match.end())
    return [text[a:b] for a, b in zip(cuts, [*cuts[1:], len(text)])]


def summary(pairs: list[tuple[float, float]]) -> dict:
    ratios = sorted(theirs / ours for ours, theirs in pairs)
    n, rank = len(ratios), 1
    while sum(math.comb(n, k) for k in range(rank + 1)) <= 0.025 * 2**n:
        rank += 1
    ours, theirs = zip(*pairs)
    return {"ours_seconds": statistics.median(ours), "theirs_seconds": statistics.median(theirs), "ratio": statistics.median(ratios),
            "ratio_low": ratios[rank - 1], "ratio_high": ratios[n - rank], "pairs": n}


def turns(name: str, count: int, ours, theirs) -> dict:
    """Times the pairs: the first one warms up caches and does not count; every second one runs in reverse order."""
    pairs = []
    for i in range(count + 1):
        pair = {}
        for who in (("ours", ours), ("theirs", theirs))[:: 1 if i % 2 == 0 else -1]:
            pair[who[0]] = who[1]()
        pairs.append((pair["ours"], pair["theirs"]))
        print(f"{name}, {'warm-up' if i == 0 else i}: ours {pair['ours']:.2f} s, theirs {pair['theirs']:.2f} s", flush=True)
    return summary(pairs[1:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("text", help="a UTF-8 text file of some ten megabytes or more")
    parser.add_argument("--pairs", type=int, default=6)
    parser.add_argument("--vocab-size", type=int, default=16384)
    parser.add_argument("--record", help="write the figures as JSON to this file, too")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        mine, other = pathlib.Path(folder, "ours.json"), pathlib.Path(folder, "theirs.json")
        size = str(arguments.vocab_size)
        training = turns(
            "training",
            arguments.pairs,
            lambda: run("train", arguments.text, "--vocab-size", size, "--by-line", "--output", str(mine), "--overwrite")[0],
            lambda: train_theirs(arguments.text, arguments.vocab_size, other))
        assert json.loads(mine.read_text(encoding="utf-8")) == json.loads(other.read_text(encoding="utf-8")), "the tokenizers differ"

        with open(arguments.text, encoding="utf-8", newline="") as file:
            text = file.read()
        encoding, pieces = as_tiktoken(mine), parts(text)
        ids = json.loads(run("encode", "--tokenizer", str(mine), "--json", text=pieces[0])[1])[0]
        assert ids == encoding.encode_ordinary(pieces[0]), "the ids differ"
        tokens = {}

        def encode_ours() -> float:
            seconds, report = run("inspect", str(mine), arguments.text, "--json")
            tokens["ours"] = json.loads(report)["tokens"]
            return seconds

        def encode_theirs() -> float:
            start = time.perf_counter()
            tokens["theirs"] = sum(len(encoding.encode_ordinary(piece)) for piece in pieces)
            return time.perf_counter() - start

        encoded = turns("encoding", arguments.pairs, encode_ours, encode_theirs)
        assert tokens["ours"] == tokens["theirs"], f"the numbers of tokens differ: {tokens}"
    size = pathlib.Path(arguments.text).stat().st_size
    result = {"bytes": size, "tokens": tokens["ours"], "vocab_size": arguments.vocab_size, "training": training, "encoding": encoded,
              "machine": platform.machine(), "versions": {"mojave": subprocess.run([MOJAVE, "--version"], capture_output=True, text=True, check=True).stdout.strip(),
                                                          "tiktoken": tiktoken.__version__, "tokenizers": __import__("tokenizers").__version__}}
    for name, values in (("training", training), ("encoding", encoded)):
        print(f"{name}: ours {values['ours_seconds']:.2f} s, theirs {values['theirs_seconds']:.2f} s, "
              f"{values['ratio']:.2f} times ours ({values['ratio_low']:.2f} to {values['ratio_high']:.2f}, {values['pairs']} pairs)")
    if arguments.record:
        pathlib.Path(arguments.record).write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
