"""Golden files of tokenizers: what Hugging Face's library learns from a small text and how it encodes difficult strings.

    pip install tokenizers==0.23.3
    python tools/reference/golden_tokenizers.py src/main/resources/dev/mojave/data/tokenizer/bpe/gpt2.merges src/test/resources/golden/tokenizers

corpus.txt is generated here from a seed. byte_level.json (byte-level BPE, the corpus as one sequence), by_line.json (its merges with one
sequence per line), word_piece.json and unigram.json are trained on it. encodings.json has strings, difficult ones and random Unicode, with
their ids under each of the three and under GPT-2's vocabulary, and for the three the decoded text. Byte-level files are the same each time;
the library's other two trainers are random, so word_piece.json and unigram.json come with their own encodings.
"""

import json
import random
import sys
from pathlib import Path

from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SEED = 2611
END = "<|endoftext|>"
OPENINGS = ["The lamp", "A river", "Nobody's boat", "My sister", "The old clerk", "Winter", "Each letter", "They'd", "We're told it", "The 3rd engine"]
MIDDLES = ["carried", "wouldn't carry", "has forgotten", "can't find", "keeps", "measured", "will've crossed", "sold", "painted", "hears"]
ENDINGS = ["the harbour", "12 barrels", "an unfinished song", "her brother's map", "naïve questions", "the café in Zürich", "1,024 stars", "nothing", "the wind (again)",
           "“one more day”", "日本の地図", "a 🙂 or two"]
STRINGS = [
    "", " ", "  ", "a", " a", "\n", "\n\n", "\r\n", " \n ", "\t\tx", "The lamp carried nothing.", "I'm you're he's she'll we've they'd can't", "I'M YOU'RE", "'s's", "''ll", "!'s", "1987 3,456 x1y2",
    "trailing   ", "   leading", "two  spaces   three", "cafe\u0301 naïve", "你好，世界。", "Привет, мир!", "مرحبا", "👩‍👩‍👧‍👦🏳️‍🌈", "a😀b", "\u00a0no\u00a0break\u3000wide\u2028line", "zero\u200bwidth\ufeff",
    "\u0001\u007f\u0085 x", END, f"one{END}two {END} three", "<|endoftext|", "---!!!???", "x² ½ Ⅷ ①", "a" * 70, "ab" * 120, "=" * 200, "\u1680\u2003x", "\U0001d4d7\U00010348", "<unk> [UNK]",
]


def corpus(draw: random.Random) -> str:
    text = []
    for _ in range(160):
        sentence = f"{draw.choice(OPENINGS)} {draw.choice(MIDDLES)} {draw.choice(ENDINGS)}"
        text.append(sentence + draw.choice([". ", "! ", ".\n", ".\r\n", ".  ", "?\n\n", "; "]))
    return "".join(text)


def random_strings(draw: random.Random) -> list[str]:
    kinds = [
        lambda: chr(draw.randrange(0x20, 0x7F)), lambda: chr(draw.randrange(1, 0x300)), lambda: chr(draw.choice([draw.randrange(1, 0xD800), draw.randrange(0xE000, 0x110000)])),
        lambda: draw.choice([" ", "  ", "\n", "\t", "\u00a0", "\u2003", "\u3000", "\u0085", "\u001c", "\u200b"]), lambda: draw.choice(["'s", "'ve", "'LL", "'", "a", "7", "é", "中", "!", END]),
    ]
    strings = []
    for _ in range(120):
        one, other = draw.choice(kinds), draw.choice(kinds)
        strings.append("".join((one if draw.random() < 0.6 else other)() for _ in range(draw.randrange(1, 40))))
    return strings


def byte_level(sequences: list[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(sequences, trainers.BpeTrainer(
        vocab_size=400, min_frequency=2, special_tokens=[END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def word_piece(text: str) -> Tokenizer:
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator([text], trainers.WordPieceTrainer(vocab_size=200, special_tokens=["[UNK]", "[SEP]"], show_progress=False))
    return tokenizer


def unigram(text: str) -> Tokenizer:
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.train_from_iterator([text], trainers.UnigramTrainer(vocab_size=160, special_tokens=["<unk>", "</s>"], unk_token="<unk>", show_progress=False))
    return tokenizer


def gpt2(merges_file: Path) -> Tokenizer:
    """Returns the published merges without the end-of-text token, which cannot occur in a text."""
    merges = [tuple(line.split(" ")) for line in merges_file.read_text(encoding="utf-8").split("\n")[1:] if line]
    tokens = sorted(pre_tokenizers.ByteLevel.alphabet()) + [a + b for a, b in merges]
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return tokenizer


def main() -> None:
    merges_file, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    draw = random.Random(SEED)
    text = corpus(draw)
    (folder / "corpus.txt").write_bytes(text.encode())
    models_by_name = {"byte_level": byte_level([text]), "word_piece": word_piece(text), "unigram": unigram(text)}
    for name, tokenizer in models_by_name.items():
        (folder / f"{name}.json").write_text(tokenizer.to_str(), encoding="utf-8")
    lines = byte_level([line + "\n" for line in text.split("\n")])
    (folder / "by_line.json").write_text(json.dumps(json.loads(lines.to_str())["model"]["merges"]) + "\n", encoding="utf-8")
    published = gpt2(merges_file)
    rows = []
    for string in STRINGS + random_strings(draw):
        row = {"text": string, "gpt2": published.encode(string).ids}
        for name, tokenizer in models_by_name.items():
            ids = tokenizer.encode(string, add_special_tokens=False).ids
            row[name] = {"ids": ids, "decoded": tokenizer.decode(ids)}
        rows.append(json.dumps(row))
    (folder / "encodings.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


main()
