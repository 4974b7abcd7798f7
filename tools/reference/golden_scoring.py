"""Log-probabilities of sentences and words under a tiny GPT-2 with GPT-2's vocabulary, computed by transformers one sentence at a time.

    pip install torch==2.15.0 transformers==5.23.0
    python tools/reference/golden_scoring.py GPT2_TOKENIZER_FOLDER src/test/resources/golden

The folder contains tokenizer.json as published with GPT-2. The sentences were written for this test. The same versions and seed give the same bytes.
"""

import json
import sys
from pathlib import Path

import torch
import transformers as hf
from safetensors.torch import save_file

SEED = 2612
SENTENCES = [
    "The sea is calm tonight.",
    "The seas is calm tonight.",
    "Nobody has ever seen the other side of that hill.",
    "Everybody has ever seen the other side of that hill.",
    "Which boat did the fisherman say he would sell?",
    "Which boat did the fisherman say he would sell it?",
    "Go!",
    "Antidisestablishmentarianism isn't  a word you'd hear; café, naïve and 東京 are.",
    "  Two spaces before, one behind ",
    "It rained.",
    "They don't know what they don't know.",
    "A list: one, two, three, four, five, six, seven, eight, nine, ten.",
]


def word_of_bytes(text):
    """Returns, for each UTF-8 byte of a text, the index of the word that it is in or before."""
    index, inside, places = -1, False, []
    for character in text:
        space = character.isspace()
        index += not (inside or space)
        places += [index + space] * len(character.encode())
        inside = not space
    return [min(place, index) for place in places]


def main(tokenizer_folder, out):
    torch.manual_seed(SEED)
    tokenizer = hf.PreTrainedTokenizerFast(tokenizer_file=f"{tokenizer_folder}/tokenizer.json")
    model = hf.GPT2LMHeadModel(hf.GPT2Config(n_positions=40, n_embd=4, n_layer=1, n_head=2, attn_implementation="eager")).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            norm = name.endswith("weight") and parameter.dim() == 1
            parameter.copy_(torch.randn(parameter.shape) * (0.5 if parameter.dim() > 1 else 0.1) + norm)
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    cases = []
    for text in SENTENCES:
        ids = tokenizer(text)["input_ids"]
        with torch.no_grad():
            inputs = torch.tensor([[end] + ids])
            each = model(inputs).logits[0, :-1].double().log_softmax(-1).gather(1, inputs[0, 1:, None])[:, 0]
            plain = model(inputs[:, 1:]).logits[0, :-1].double().log_softmax(-1).gather(1, inputs[0, 2:, None])[:, 0]
        words, surprisals = text.split(), [0.0] * len(text.split())
        places, at = word_of_bytes(text), 0
        for token, value in zip(ids, each.tolist()):
            surprisals[places[at]] -= value
            at += byte_length(tokenizer, token)
        cases.append({"text": text, "ids": ids, "sum": each.sum().item(), "sum_without_start": plain.sum().item(),
                      "words": words, "surprisals": surprisals})
    folder = Path(out) / "scoring"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "sentences.json").write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")
    (folder / "config.json").write_text(model.config.to_json_string())
    tied = {name: value.contiguous() for name, value in model.state_dict().items() if name != "lm_head.weight"}
    save_file(tied, folder / "weights.safetensors")
    (folder / "ORIGIN.md").write_text(
        "# scoring\n\nSentences written for this test and scored by a tiny random GPT-2 with GPT-2's vocabulary: `ids` by GPT-2's tokenizer; `sum` of the log-probabilities in nats\n"
        "with <|endoftext|> before the sentence, `sum_without_start` without it, the first token unscored; `surprisals` of the `words` between white space,\n"
        "the space before a word included.\n\n"
        f"Made by `python tools/reference/golden_scoring.py GPT2_TOKENIZER_FOLDER src/test/resources/golden` (seed {SEED}) with\n"
        f"torch {torch.__version__.split('+')[0]} and transformers {hf.__version__}.\n")


def byte_length(tokenizer, token):
    """Returns the number of bytes of text in a token of byte-level BPE: one per character of its printed form."""
    return len(tokenizer.convert_ids_to_tokens(token))


if __name__ == "__main__":
    main(*sys.argv[1:])
