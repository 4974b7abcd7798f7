"""Writing tokens one by one with Hugging Face's Llama: the decoding peer of `mojave bench compare --work decode`.
Needs: pip install torch transformers

Batch 1, float32, key-value cache, greedy: 64 tokens behind a prompt of 16. Feed-forward four times the width, head not tied.
"""

import argparse

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM

from contestant import serve

PROMPT, WRITTEN = 16, 64


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shape", required=True, help="layers,heads,width,context,vocabulary")
    options.add_argument("--threads", type=int, required=True)
    options = options.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    layers, heads, width, context, vocabulary = (int(n) for n in options.shape.split(","))
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=vocabulary, hidden_size=width, intermediate_size=4 * width, num_hidden_layers=layers, num_attention_heads=heads,
        max_position_embeddings=context, bos_token_id=None, eos_token_id=None, pad_token_id=0)).eval()
    prompt = torch.randint(vocabulary, (1, PROMPT))

    def step():
        with torch.inference_mode():
            written = model.generate(prompt, attention_mask=torch.ones_like(prompt), do_sample=False, max_new_tokens=WRITTEN)
        assert written.shape[1] == PROMPT + WRITTEN

    serve(f"transformers {transformers.__version__}, torch {torch.__version__}, fp32", step)


main()
