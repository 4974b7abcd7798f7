"""Creates folders for `mojave parity`: a model as transformers saves it, and what transformers computes with it, in float32 on the CPU.

    pip install torch==2.15.0 transformers==5.23.0
    python tools/reference/parity_folder.py make mixtral NEW_FOLDER hidden_size=40 num_attention_heads=5 num_key_value_heads=1
    python tools/reference/parity_folder.py answer EXPORTED_FOLDER

`make` builds a model with random weights; settings are those of the architecture's config. `answer` loads a folder that another program
wrote, such as `mojave export`, with AutoModelForCausalLM, and adds io.safetensors. `./mojave parity FOLDER` then compares: the first shows
that Mojave reads what transformers writes, the second that transformers reads what Mojave writes, with equal results.
"""

import argparse
import json
import logging
from pathlib import Path

import torch
import transformers as hf

from golden_models import PLAIN, answers, randomise, write

SMALL = dict(vocab_size=67, hidden_size=24, intermediate_size=36, num_hidden_layers=3, num_attention_heads=3, num_key_value_heads=3,
             max_position_embeddings=48, rms_norm_eps=1e-5)
ROUTED = dict(num_experts_per_tok=2, router_aux_loss_coef=0.02, output_router_logits=True, experts_implementation="eager")
ARCHITECTURES = {
    "gpt2": (hf.GPT2Config, dict(vocab_size=67, n_embd=24, n_layer=3, n_head=3, n_positions=48, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)),
    "llama": (hf.LlamaConfig, SMALL),
    "mistral": (hf.MistralConfig, SMALL | dict(sliding_window=None)),
    "qwen2": (hf.Qwen2Config, SMALL),
    "qwen3": (hf.Qwen3Config, SMALL | dict(head_dim=10)),
    "mixtral": (hf.MixtralConfig, SMALL | ROUTED | dict(num_local_experts=3)),
    "olmoe": (hf.OlmoeConfig, SMALL | ROUTED | dict(num_experts=5)),
    "qwen2_moe": (hf.Qwen2MoeConfig, SMALL | ROUTED | dict(num_experts=5, moe_intermediate_size=10, shared_expert_intermediate_size=14)),
    "qwen3_moe": (hf.Qwen3MoeConfig, SMALL | ROUTED | dict(num_experts=5, moe_intermediate_size=10, head_dim=10)),
}


def batches(config, random, batch, tokens):
    ids = torch.randint(0, config.vocab_size, (batch, tokens), generator=random)
    lengths = torch.tensor([tokens] + torch.randint(1, tokens + 1, (batch - 1,), generator=random).tolist())
    mask = (torch.arange(tokens) < lengths[:, None]).long()
    return ids, torch.randint(0, config.vocab_size, (batch, tokens), generator=random) * mask, mask


def clear_batches(model, random, batch, tokens):
    """Returns inputs for which no choice of an expert depends on rounding."""
    routed = bool(getattr(model.config, "output_router_logits", False))
    for _ in range(2000):
        ids, padded, mask = batches(model.config, random, batch, tokens)
        if not routed:
            return ids, padded, mask
        with torch.no_grad():
            logits = list(model(ids).router_logits) + list(model(padded, attention_mask=mask).router_logits)
        k = model.config.num_experts_per_tok
        if k == logits[0].shape[-1] or all(gap(layer, k) > 2e-3 for layer in logits):
            return ids, padded, mask
    raise SystemExit("every batch has an unclear choice: take fewer tokens")


def gap(router_logits, k):
    best = router_logits.topk(k + 1, dim=-1).values
    return (best[:, k - 1] - best[:, k]).min()


def make(arguments):
    kind, defaults = ARCHITECTURES[arguments.architecture]
    settings = dict(PLAIN) | defaults | {key: json.loads(value) for key, value in (pair.split("=", 1) for pair in arguments.settings)}
    random = torch.Generator().manual_seed(arguments.seed)
    model = hf.AutoModelForCausalLM.from_config(kind(pad_token_id=None, **settings)).eval()
    randomise(model, random)
    for parameter in model.parameters():
        if parameter.dim() > 1:  # the wider, the smaller: otherwise rounding alone exceeds the tolerances
            parameter.data.mul_((16 / model.config.hidden_size) ** 0.5)
    inputs = clear_batches(model, random, arguments.batch, arguments.tokens)
    model.save_pretrained(arguments.folder, max_shard_size=arguments.shard or "50GB")
    write(arguments.folder, "io.safetensors", answers(model, *inputs))


def answer(arguments):
    model, report = hf.AutoModelForCausalLM.from_pretrained(
        arguments.folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
    wrong = {kind: sorted(names) for kind, names in report.items() if names}
    if wrong:
        raise SystemExit(f"{arguments.folder} does not load as it is: {wrong}")
    if hasattr(model.config, "output_router_logits"):
        model.config.output_router_logits = True
        model.set_experts_implementation("eager")
    random = torch.Generator().manual_seed(arguments.seed)
    inputs = clear_batches(model.eval(), random, arguments.batch, arguments.tokens)
    write(arguments.folder, "io.safetensors", answers(model, *inputs))


if __name__ == "__main__":
    torch.set_num_threads(1)
    hf.logging.set_verbosity_error()
    hf.logging.disable_progress_bar()
    logging.captureWarnings(True)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    for name, action in (("make", make), ("answer", answer)):
        verb = verbs.add_parser(name)
        verb.set_defaults(action=action)
        if name == "make":
            verb.add_argument("architecture", choices=ARCHITECTURES)
        verb.add_argument("folder", type=Path)
        if name == "make":
            verb.add_argument("settings", nargs="*")
            verb.add_argument("--shard", help="largest shard, for example 20KB")
        verb.add_argument("--seed", type=int, default=1)
        verb.add_argument("--batch", type=int, default=3)
        verb.add_argument("--tokens", type=int, default=17)
    chosen = parser.parse_args()
    chosen.action(chosen)
