"""Training steps of Hugging Face's Mixtral: the sparse peer of `mojave bench compare --work moe`. Needs: pip install torch transformers

4 layers, width 256, 4 heads, context 128, batch 16, vocabulary 4096, experts of 512 hidden units; --experts 1 is the Llama with as
many active parameters. Clipping at norm 1 and fused AdamW.
"""

import argparse
import warnings

import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM, MixtralConfig, MixtralForCausalLM

from contestant import serve

CONTEXT, BATCH, VOCABULARY, EXPERT_SIZE = 128, 16, 4096, 512
SIZES = dict(
    vocab_size=VOCABULARY,
    hidden_size=256,
    num_hidden_layers=4,
    num_attention_heads=4,
    num_key_value_heads=4,
    max_position_embeddings=CONTEXT,
)


def build(experts, top_k, dispatch):
    if experts == 1:
        return LlamaForCausalLM(LlamaConfig(intermediate_size=EXPERT_SIZE * top_k, **SIZES))
    config = MixtralConfig(
        intermediate_size=EXPERT_SIZE,
        num_local_experts=experts,
        num_experts_per_tok=top_k,
        sliding_window=None,
        output_router_logits=True,
        router_aux_loss_coef=0.01,
        **SIZES,
    )
    config._experts_implementation = dispatch
    return MixtralForCausalLM(config)


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--experts", type=int, required=True)
    options.add_argument("--top-k", type=int, required=True)
    options.add_argument("--dispatch", choices=["eager", "grouped_mm", "batched_mm"], default="grouped_mm")
    options.add_argument("--threads", type=int, required=True)
    options = options.parse_args()
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    torch.set_num_threads(options.threads)
    model = build(options.experts, options.top_k, options.dispatch).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.99), weight_decay=0.1, fused=True)
    ids = torch.randint(VOCABULARY, (BATCH, CONTEXT))

    def step():
        model(input_ids=ids, labels=ids).loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)

    how = "" if options.experts == 1 else " " + options.dispatch
    serve(f"transformers {transformers.__version__}, PyTorch {torch.__version__}, fp32{how}", step)


main()
