"""Golden files of whole models and of the Mixtral balance loss, computed by PyTorch and transformers in float32 on the CPU.

    pip install torch==2.15.0 transformers==5.23.0
    python tools/reference/golden_models.py src/test/resources/golden [MODEL ...]

Each model folder contains config.json and weights.safetensors as save_pretrained writes them, io.safetensors with inputs, outputs and the
gradient of every stored tensor, and ORIGIN.md. The same versions and seed give the same bytes. If models are named, only these are written.
"""

import json
import math
import sys
import tempfile
import zlib
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers as hf
from safetensors.torch import load_file, save_file
from transformers.models.mixtral.modeling_mixtral import load_balancing_loss_func

SEED = 2611
VOCABULARY, CONTEXT, BATCH, TOKENS, REAL = 43, 20, 2, 13, [13, 8]
PLAIN = {"attn_implementation": "eager", "bos_token_id": None, "eos_token_id": None}
ROPE = {"rope_type": "default", "rope_theta": 10000.0}


def gpt2():
    return hf.GPT2LMHeadModel(hf.GPT2Config(
        vocab_size=VOCABULARY, n_positions=CONTEXT, n_embd=16, n_layer=2, n_head=2, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0, **PLAIN))


def llama_sizes(**more):
    return dict(vocab_size=VOCABULARY, max_position_embeddings=CONTEXT, hidden_size=16, intermediate_size=28, num_hidden_layers=2, num_attention_heads=4,
                num_key_value_heads=2, rms_norm_eps=1e-5, rope_parameters=ROPE, pad_token_id=None, **PLAIN, **more)


def llama(tied=False):
    return hf.LlamaForCausalLM(hf.LlamaConfig(**llama_sizes(tie_word_embeddings=tied)))


def mistral(window=None):
    """Heads that are wider than hidden_size / num_attention_heads."""
    return hf.MistralForCausalLM(hf.MistralConfig(**llama_sizes(head_dim=6, sliding_window=window)))


def qwen2():
    """Biases of queries, keys and values only; a window that is not used."""
    return hf.Qwen2ForCausalLM(hf.Qwen2Config(**llama_sizes(tie_word_embeddings=True, use_sliding_window=False, sliding_window=4, max_window_layers=1)))


def qwen3():
    """Norms of each head's queries and keys; heads that are wider than hidden_size / num_attention_heads."""
    return hf.Qwen3ForCausalLM(hf.Qwen3Config(**llama_sizes(head_dim=6)))


def mixtral(window=None):
    return hf.MixtralForCausalLM(hf.MixtralConfig(**llama_sizes(
        num_local_experts=4, num_experts_per_tok=2, router_aux_loss_coef=0.02, output_router_logits=True, experts_implementation="eager",
        sliding_window=window)))


def olmoe():
    return hf.OlmoeForCausalLM(hf.OlmoeConfig(**(llama_sizes(
        num_experts=5, num_experts_per_tok=2, norm_topk_prob=False, router_aux_loss_coef=0.01, output_router_logits=True,
        experts_implementation="eager") | {"intermediate_size": 10})))


def qwen2_moe():
    return hf.Qwen2MoeForCausalLM(hf.Qwen2MoeConfig(**llama_sizes(
        num_experts=4, num_experts_per_tok=2, norm_topk_prob=False, moe_intermediate_size=10, shared_expert_intermediate_size=14,
        router_aux_loss_coef=0.01, output_router_logits=True, experts_implementation="eager")))


def qwen3_moe():
    """Heads that are wider than hidden_size / num_attention_heads, a dense first layer, YaRN."""
    return hf.Qwen3MoeForCausalLM(hf.Qwen3MoeConfig(**(llama_sizes(
        head_dim=6, num_experts=4, num_experts_per_tok=2, norm_topk_prob=True, moe_intermediate_size=10, mlp_only_layers=[0],
        router_aux_loss_coef=0.01, output_router_logits=True, experts_implementation="eager") | {
            "rope_parameters": {**ROPE, "rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 5}})))


ROUTED = ("mixtral", "olmoe", "qwen2_moe", "qwen3_moe", "mixtral_window")
WINDOW = 4  # shorter than the text, than the real tokens of the padded row and than the prompt of a generation
MODELS = {"olmoe": olmoe, "qwen2_moe": qwen2_moe, "qwen3_moe": qwen3_moe, "gpt2": gpt2, "llama": llama, "llama_tied": lambda: llama(tied=True), "mixtral": mixtral,
          "mistral": mistral, "qwen2": qwen2, "qwen3": qwen3, "mistral_window": lambda: mistral(WINDOW),
          "mixtral_window": lambda: mixtral(WINDOW)}


def stream(name, attempt=0):
    return torch.Generator().manual_seed(SEED + zlib.crc32(name.encode()) + attempt)


def randomise(model, random):
    """Norm weights other than 1, biases other than 0 and peaked softmaxes, so that leaving one out has an effect."""
    for name, parameter in model.named_parameters():
        noise = torch.randn(parameter.shape, generator=random)
        if parameter.dim() == 1:
            noise = 0.1 * noise if name.endswith("bias") else 1 + 0.2 * noise
        else:
            noise = noise * (0.5 if name.endswith("gate.weight") else 0.25)
        parameter.data.copy_(noise)


def clear(router_logits, k):
    """Returns whether no expert is idle and no two choices are within 0.002 of each other, so that rounding cannot change the routing."""
    best = router_logits.topk(k + 1, dim=-1)
    gap = (best.values[:, k - 1] - best.values[:, k]).min()
    return gap > 2e-3 and best.indices[:, :k].unique().numel() == router_logits.shape[-1]


def inputs(model, random):
    ids = torch.randint(1, VOCABULARY, (BATCH, TOKENS), generator=random)
    mask = (torch.arange(TOKENS) < torch.tensor(REAL)[:, None]).long()
    return ids, torch.randint(1, VOCABULARY, (BATCH, TOKENS), generator=random) * mask, mask


def case(name):
    for attempt in range(1000):
        random = stream(name, attempt)
        model = MODELS[name]().eval()
        randomise(model, random)
        ids, padded, mask = inputs(model, random)
        if name not in ROUTED or all(
                clear(logits, 2) for out in (model(ids), model(padded, attention_mask=mask)) for logits in out.router_logits):
            return model, ids, padded, mask
    raise RuntimeError("every attempt had an unclear choice")


def outputs(model, ids, mask, labels, prefix):
    out = model(input_ids=ids, attention_mask=mask, labels=labels, output_hidden_states=True)
    values = {"logits": out.logits * (1 if mask is None else mask[..., None])}
    values["ce_loss"] = F.cross_entropy(out.logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100)
    values["loss"] = out.loss
    if mask is None:
        values |= {f"hidden.{i}": hidden for i, hidden in enumerate(out.hidden_states)}
    if getattr(out, "router_logits", None) is not None:
        values["aux_loss"] = out.aux_loss
        real = 1 if mask is None else mask.flatten()[:, None]
        values |= {f"router_logits.{i}": logits * real for i, logits in enumerate(out.router_logits)}
    return out.loss, {prefix + key: value for key, value in values.items()}


def saved(model):
    with tempfile.TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        return Path(folder, "config.json").read_text(), load_file(Path(folder, "model.safetensors"))


def gradients(model):
    """Returns the gradients under the names on disk: a copy of the model with the gradients as weights goes through the same writer."""
    twin = type(model)(model.config)
    with torch.no_grad():
        for target, source in zip(twin.parameters(), model.parameters()):
            target.copy_(source.grad)
    return {f"grad.{name}": value for name, value in saved(twin)[1].items()}


def write(folder, file, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    plain = {k: v.detach().float() if v.is_floating_point() else v.detach().long() for k, v in tensors.items()}
    save_file({k: v.contiguous().clone() for k, v in plain.items()}, folder / file)
    (folder / file).chmod(0o644)


def origin(folder, text):
    made = (f"Made by `python tools/reference/golden_models.py src/test/resources/golden` (seed {SEED}) with torch "
            f"{torch.__version__.split('+')[0]} and transformers {hf.__version__}.")
    (folder / "ORIGIN.md").write_text(f"# {folder.name}\n\n{text}\n\n{made}\n")


def answers(model, ids, padded, mask):
    """Returns everything that `mojave parity` compares, by its name in io.safetensors."""
    loss, values = outputs(model, ids, None, ids, "")
    loss.backward()
    labels = padded.masked_fill(mask == 0, -100)
    _, padded_values = outputs(model, padded, mask, labels, "padded_")
    return {"ids": ids, **values, **gradients(model), "padded_ids": padded, "padded_mask": mask, "padded_labels": labels, **padded_values}


def write_model(root, name):
    model, ids, padded, mask = case(name)
    io = answers(model, ids, padded, mask)
    config, weights = saved(model)
    folder = root / name
    write(folder, "weights.safetensors", weights)
    write(folder, "io.safetensors", io)
    (folder / "config.json").write_text(config)
    origin(folder, f"""{type(model).__name__} with random weights: float32, eager attention, no dropout. `ids` (B, S); `logits`; `ce_loss`, the mean over
shifted labels in nats; `loss`, whose gradients are `grad.*` (with experts, `ce_loss + router_aux_loss_coef * aux_loss`); `padded_*`: a right-padded batch,
outputs are 0 where the mask is 0; `hidden.0`: the embeddings, then `hidden.i`: the output of each block, the last one after the final norm. Weights and gradients are named
as save_pretrained names them."""
           + (f"\nEach token attends to at most {WINDOW} tokens, itself included; both rows of the batch are longer." if name.endswith("_window") else ""))


def write_balance(root):
    """Writes load_balancing_loss_func of random, uniform and collapsed router logits, with gradients and with a padding mask."""
    name, batch, tokens = "mixtral_aux", 2, 12
    random = stream(name)
    mask = (torch.arange(tokens) < torch.tensor([12, 7])[:, None]).long()
    tensors, cases = {"mask": mask}, []
    for kind, layers, experts, k in [("random", 1, 4, 1), ("random", 2, 4, 2), ("random", 3, 8, 2), ("uniform", 2, 8, 2), ("collapsed", 2, 8, 2)]:
        label = f"{kind}_l{layers}_e{experts}_k{k}"
        logits = torch.randn(layers, batch * tokens, experts, generator=random)
        if kind == "uniform":
            logits = logits * 0
        if kind == "collapsed":
            logits[..., :k] += 9
        for suffix, padding in (("", None), ("_masked", mask)):
            leaves = [layer.clone().requires_grad_() for layer in logits]
            loss = load_balancing_loss_func(tuple(leaves), experts, k, padding)
            loss.backward()
            tensors[f"{label}.loss{suffix}"] = loss
            tensors |= {f"{label}.grad{suffix}.{i}": leaf.grad for i, leaf in enumerate(leaves)}
        tensors |= {f"{label}.logits.{i}": layer for i, layer in enumerate(logits)}
        cases.append({"name": label, "layers": layers, "experts": experts, "top_k": k})
    folder = root / name
    write(folder, "io.safetensors", tensors)
    (folder / "config.json").write_text(json.dumps({"cases": cases}, indent=1) + "\n")
    origin(folder, """transformers' load_balancing_loss_func for Mixtral: `CASE.logits.L` (B * S, E) of layer L, `CASE.loss` and its gradient `CASE.grad.L`; with
`_masked` only tokens where `mask` (B, S) is 1 count. Tokens of all layers are pooled; uniform routing gives k, a collapsed router about E.""")


def write_generation(root):
    """Writes greedy continuations in which the best token is well above the second at every step; generate, which has a cache, must give the same."""
    tensors, new = {}, 12
    for name in ("gpt2", "mixtral", "mistral_window", "mixtral_window"):
        model = case(name)[0]
        for attempt in range(1000):
            ids = torch.randint(1, VOCABULARY, (1, 5), generator=stream("generation " + name, attempt))
            prompt, steps = ids[0], []
            for _ in range(new):
                with torch.no_grad():
                    steps.append(model(ids).logits[0, -1])
                ids = torch.cat([ids, steps[-1].argmax().reshape(1, 1)], dim=1)
            best = torch.stack(steps).topk(2).values
            if (best[:, 0] - best[:, 1]).min() > 1e-2:
                break
        else:
            raise RuntimeError("every prompt had an unclear token")
        cached = model.generate(prompt[None], attention_mask=torch.ones_like(prompt[None]), max_new_tokens=new, do_sample=False)
        if not torch.equal(cached, ids):
            raise RuntimeError(f"{name} with a cache gives {cached}, without one {ids}")
        tensors |= {f"{name}.prompt": prompt, f"{name}.continuation": ids[0, 5:], f"{name}.step_logits": torch.stack(steps)}
    folder = root / "generation"
    write(folder, "io.safetensors", tensors)
    (folder / "config.json").write_text("{}\n")
    origin(folder, """Greedy continuations of the models in ../gpt2, ../mixtral, ../mistral_window and ../mixtral_window without a cache: `NAME.prompt` (5),
`NAME.continuation` (12) and `NAME.step_logits` (12, V), the logits from which each token was chosen; the two largest differ by more than 0.01. `generate`,
which uses a cache, returns the same tokens.""")


def write_adamw(root):
    """Writes steps of torch.optim.AdamW on the gpt2 case: warm-up, cosine, clipping and decay of matrices only; checked against float64."""
    steps, warmup, peak, clip = 8, 2, 0.01, 1.0

    def train(double, random):
        model = case("gpt2")[0]
        model = model.double() if double else model
        decays = [p for p in model.parameters() if p.dim() > 1]
        others = [p for p in model.parameters() if p.dim() == 1]
        optimiser = torch.optim.AdamW([{"params": decays, "weight_decay": 0.1}, {"params": others, "weight_decay": 0.0}], betas=(0.9, 0.95), eps=1e-8)
        batches = torch.randint(1, VOCABULARY, (steps, 4, TOKENS), generator=random)
        history = []
        for step, ids in enumerate(batches):
            fall = (1 - math.cos(math.pi * (step + 1 - warmup) / (steps - warmup))) / 2
            rate = peak * (step + 1) / warmup if step < warmup else peak * (1 - 0.9 * fall)
            for group in optimiser.param_groups:
                group["lr"] = rate
            optimiser.zero_grad()
            loss = model(ids, labels=ids).loss
            loss.backward()
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
            optimiser.step()
            history.append((rate, loss.item(), norm.item()))
        return model, batches, torch.tensor(history, dtype=torch.float64)

    for attempt in range(100):
        model, batches, history = train(False, stream("adamw", attempt))
        exact = dict(train(True, stream("adamw", attempt))[0].named_parameters())
        errors = {name: (p - exact[name]).abs() for name, p in model.named_parameters()}
        width = model.config.n_embd
        for name, error in errors.items():
            if name.endswith("c_attn.bias"):
                error[width:2 * width] = 0  # keys: no effect, no gradient but rounding
        clipped = (history[:, 2] > clip).sum().item()
        if max(e.max().item() for e in errors.values()) < 2e-6 and 0 < clipped < steps:
            break
    else:
        raise RuntimeError("every attempt was too sensitive")
    folder = root / "adamw"
    write(folder, "io.safetensors", {
        "batches": batches, "lr": history[:, 0], "loss": history[:, 1], "grad_norm": history[:, 2],
        **{f"final.{name}": value for name, value in saved(model)[1].items()}})
    (folder / "config.json").write_text(json.dumps({"betas": [0.9, 0.95], "eps": 1e-8, "weight_decay": 0.1, "clip": clip}) + "\n")
    origin(folder, """torch.optim.AdamW on the model in ../gpt2: `batches` (S, B, T), one per step, the labels being the shifted ids; `lr`, `loss` before the update, `grad_norm`
before clipping to 1; `final.*` weights. Weight decay applies to matrices and embeddings, not to biases and norms. Entries D..2D of `c_attn.bias` (keys) have
no gradient apart from rounding errors and must not be compared; all others agree with float64 to 2e-6. Some steps clip the gradient, some do not.""")


if __name__ == "__main__":
    torch.set_num_threads(1)
    hf.logging.set_verbosity_error()
    hf.logging.disable_progress_bar()
    target = Path(sys.argv[1])
    for model_name in sys.argv[2:] or MODELS:
        write_model(target, model_name)
    if sys.argv[2:]:
        sys.exit()
    write_balance(target)
    write_generation(target)
    write_adamw(target)
