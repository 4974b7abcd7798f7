"""Training steps of a GPT-2-shaped model in PyTorch: the dense peer of `mojave bench compare`. Needs: pip install torch

The same model as `mojave bench train --shape`: no biases, learned positions, tied head, feed-forward four times the width, tanh GELU,
no dropout; clipping at norm 1 and fused AdamW. PyTorch's own scaled_dot_product_attention, in its fastest form here.
"""

import argparse

import torch
import torch.nn as nn
import torch.nn.functional as F

from contestant import serve


class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width, bias=False)
        self.query_key_value = nn.Linear(width, 3 * width, bias=False)
        self.attention_out = nn.Linear(width, width, bias=False)
        self.feed_forward_norm = nn.LayerNorm(width, bias=False)
        self.up = nn.Linear(width, 4 * width, bias=False)
        self.down = nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        rows, length, width = x.shape
        split = self.query_key_value(self.attention_norm(x)).view(rows, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + self.attention_out(mixed.transpose(1, 2).reshape(rows, length, width))
        return x + self.down(F.gelu(self.up(self.feed_forward_norm(x)), approximate="tanh"))


class Gpt(nn.Module):
    def __init__(self, layers, heads, width, context, vocabulary):
        super().__init__()
        self.tokens = nn.Embedding(vocabulary, width)
        self.positions = nn.Embedding(context, width)
        self.blocks = nn.Sequential(*(Block(width, heads) for _ in range(layers)))
        self.norm = nn.LayerNorm(width, bias=False)
        for parameter in self.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.02)

    def forward(self, ids, targets):
        x = self.blocks(self.tokens(ids) + self.positions.weight[: ids.shape[1]])
        logits = F.linear(self.norm(x), self.tokens.weight)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shape", required=True, help="layers,heads,width,context,vocabulary")
    options.add_argument("--batch", type=int, required=True)
    options.add_argument("--mode", choices=["fp32", "bf16", "fp32-compile", "bf16-compile"], default="fp32")
    options.add_argument("--threads", type=int, required=True)
    options = options.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    shape = [int(n) for n in options.shape.split(",")]
    context, vocabulary = shape[3], shape[4]
    model = Gpt(*shape)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1, fused=True)
    ids, targets = (torch.randint(vocabulary, (options.batch, context)) for _ in range(2))
    forward = torch.compile(model) if "compile" in options.mode else model

    def step():
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in options.mode):
            loss = forward(ids, targets)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    serve(f"PyTorch {torch.__version__} {options.mode}", step)


main()
