"""Log-probabilities of short texts with Hugging Face's GPT-2: the scoring peer of `mojave bench compare --work score`.
Needs: pip install torch transformers

Batches of 64 in the order given, padded to the longest, float32. Lengths as 134 sentences of BLiMP have them; biases are GPT-2's own.
"""

import argparse

import torch
import transformers
from transformers import GPT2Config, GPT2LMHeadModel

from contestant import serve

BATCH, SHORTEST, STRIDE = 64, 5, 37
SENTENCES_OF_LENGTH = [5, 18, 17, 17, 17, 22, 12, 6, 4, 2, 4, 6, 4]


def lengths(count):
    table = [SHORTEST + i for i, n in enumerate(SENTENCES_OF_LENGTH) for _ in range(n)]
    return [table[i * STRIDE % len(table)] for i in range(count)]


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shape", required=True, help="layers,heads,width,context,vocabulary")
    options.add_argument("--sentences", type=int, required=True)
    options.add_argument("--threads", type=int, required=True)
    options = options.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    layers, heads, width, context, vocabulary = (int(n) for n in options.shape.split(","))
    model = GPT2LMHeadModel(GPT2Config(
        vocab_size=vocabulary, n_positions=context, n_embd=width, n_layer=layers, n_head=heads, bos_token_id=None,
        eos_token_id=None)).eval()
    sentences = [torch.randint(vocabulary, (n,)) for n in lengths(options.sentences)]

    def step():
        sums = []
        with torch.inference_mode():
            for start in range(0, len(sentences), BATCH):
                batch = sentences[start:start + BATCH]
                ids = torch.nn.utils.rnn.pad_sequence(batch, batch_first=True)
                real = torch.nn.utils.rnn.pad_sequence([torch.ones_like(s) for s in batch], batch_first=True)
                logits = model(ids, attention_mask=real).logits
                each = logits[:, :-1].log_softmax(-1).gather(2, ids[:, 1:, None])[:, :, 0]
                sums.append((each * real[:, 1:]).sum(1))
        return torch.cat(sums)

    serve(f"transformers {transformers.__version__}, torch {torch.__version__}, fp32", step)


main()
