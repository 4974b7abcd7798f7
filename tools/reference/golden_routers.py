"""Golden files of routers and their balance losses, from formulas in float64 or from transformers' own modules, in float32 on the CPU.

    pip install torch==2.15.0 transformers==5.23.0
    python tools/reference/golden_routers.py src/test/resources/golden

Each folder contains io.safetensors with inputs and expected outputs, config.json with the sizes, and ORIGIN.md. The same versions and seed
give the same bytes. Inputs are redrawn until no choice depends on a gap below 1e-3.
"""

import json
import math
import sys
import zlib
from pathlib import Path

import torch
import transformers as hf
from safetensors.torch import save_file
from transformers.models.deepseek_v3.modeling_deepseek_v3 import DeepseekV3TopkRouter
from transformers.models.switch_transformers import modeling_switch_transformers as switch

SEED = 2611
CLEAR = 1e-3


def draws(name):
    """Yields streams of random numbers, one per attempt."""
    for attempt in range(10_000):
        yield torch.Generator().manual_seed(SEED + zlib.crc32(name.encode()) + attempt)


def gap(scores, k):
    """Returns the smallest difference between the k-th and the (k+1)-th largest value of a row."""
    best = scores.topk(k + 1, dim=-1).values
    return (best[..., k - 1] - best[..., k]).min()


def write(root, name, config, tensors, text):
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    plain = {key: (value.detach().float() if value.is_floating_point() else value.detach().long()).contiguous().clone()
             for key, value in tensors.items()}
    save_file(plain, folder / "io.safetensors")
    (folder / "io.safetensors").chmod(0o644)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    made = (f"Made by `python tools/reference/golden_routers.py src/test/resources/golden` (seed {SEED}) with torch "
            f"{torch.__version__.split('+')[0]} and transformers {hf.__version__}.")
    (folder / "ORIGIN.md").write_text(f"# {name}\n\n{text}\n\n{made}\n")


def noisy_topk(root):
    tokens, width, experts, k = 24, 12, 6, 2
    for random in draws("noisy_topk"):
        x, w_gate, w_noise = (torch.randn(*shape, generator=random, dtype=torch.float64).float().double() * scale
                              for shape, scale in (((tokens, width), 1), ((width, experts), 0.25), ((width, experts), 0.25)))
        eps = torch.randn(tokens, experts, generator=random).double()
        x, w_gate, w_noise = (value.float().double() for value in (x, w_gate, w_noise))
        clean = x @ w_gate
        deviation = torch.nn.functional.softplus(x @ w_noise) + 1e-2
        noisy = clean + eps * deviation
        if min(gap(noisy, k), gap(noisy, 1)) > CLEAR:
            break
    best = noisy.topk(k + 1, dim=1)
    ids = best.indices[:, :k]
    gates = torch.zeros_like(noisy).scatter(1, ids, best.values[:, :k].softmax(1))
    chosen = torch.zeros_like(noisy).scatter(1, ids, 1).bool()
    threshold = torch.where(chosen, best.values[:, k:], best.values[:, k - 1:k])
    in_top_k = 0.5 * (1 + torch.erf((clean - threshold) / deviation / math.sqrt(2)))
    squared = lambda values: values.var(correction=0) / (values.mean() ** 2 + 1e-10)
    importance, load = gates.sum(0), in_top_k.sum(0)
    write(root, "noisy_topk", {"tokens": tokens, "width": width, "experts": experts, "top_k": k}, {
        "x": x, "w_gate": w_gate, "w_noise": w_noise, "eps": eps, "clean": clean, "deviation": deviation, "noisy": noisy, "ids": ids,
        "gates": gates, "in_top_k": in_top_k, "importance": importance, "load": load,
        "importance_cv2": squared(importance), "load_cv2": squared(load)},
        """Noisy top-k gating according to the formulas of arXiv 1701.06538 in float64: `noisy` = `clean` + `eps` * `deviation`, `gates` the softmax over the k largest,
`in_top_k` the probability of being among them if its own noise is drawn again, `importance` and `load` its sums, `*_cv2` the squared
coefficients of variation with the population variance and 1e-10 added to the squared mean.""")


def sinkhorn(root):
    tokens, experts = 40, 6
    for random in draws("sinkhorn"):
        logits = 1.5 * torch.randn(tokens, experts, generator=random) + torch.linspace(1, -1, experts)
        cost = logits.exp()
        rows, columns, errors = torch.ones(tokens), torch.ones(experts), []
        while not errors or errors[-1] > 1e-4:
            rows = 1 / tokens / (cost @ columns + 1e-8)
            updated = 1 / experts / (rows @ cost + 1e-8)
            errors.append((updated - columns).abs().mean().item())
            columns = updated
        plan = columns * cost * rows[:, None]
        clear = min(gap(plan / plan.max(), 1), gap(plan / plan.max(), 2)) > CLEAR
        if clear and errors[-1] < 9e-5 and errors[-2] > 1.1e-4:
            break
    tensors = {"logits": logits, "plan": plan, "iterations": torch.tensor(len(errors))}
    for k, scores in ((1, logits.sigmoid()), (2, logits.softmax(1))):
        ids = plan.topk(k, dim=1).indices
        tensors |= {f"ids.{k}": ids, f"weights.{k}": scores.gather(1, ids)}
    write(root, "sinkhorn", {"tokens": tokens, "experts": experts}, tensors,
          """Sinkhorn routing as Megatron-LM computes it, in float32: `plan` after `iterations` rounds, `ids.k` its k largest entries per row, `weights.1` from the
sigmoid and `weights.2` from the softmax of the logits, not divided by their sum.""")


def expert_choice(root):
    tokens, width, experts = 24, 8, 4
    capacities = {c: tokens * c // experts for c in (2, 1)}
    for random in draws("expert_choice"):
        logits = 1.5 * torch.randn(tokens, experts, generator=random)
        probs = logits.softmax(1)
        if min(gap(probs.T, capacity) for capacity in capacities.values()) > CLEAR:
            break
    tensors = {"logits": logits, "probs": probs}
    for c, capacity in capacities.items():
        weights, ids = probs.T.topk(capacity, dim=1)
        outputs = torch.randn(experts, capacity, width, generator=random)
        combined = torch.zeros(tokens, width)
        for expert in range(experts):
            combined[ids[expert]] += weights[expert][:, None] * outputs[expert]
        tensors |= {f"ids.{c}": ids, f"weights.{c}": weights, f"expert_outputs.{c}": outputs, f"combined.{c}": combined,
                    f"experts_per_token.{c}": torch.bincount(ids.flatten(), minlength=tokens)}
    write(root, "expert_choice", {"tokens": tokens, "width": width, "experts": experts, "capacity_factors": [2, 1]}, tensors,
          """Expert choice according to the formulas of arXiv 2202.09368 in float32: for c = 2 and 1 each expert selects its T c / E most probable tokens, `ids.c` (E, C) with
`weights.c`; `expert_outputs.c` are inputs, and `combined.c` is their weighted sum per token.""")


def deepseek_v3_router(root):
    tokens, width, experts, k = 24, 12, 6, 3
    variants = [{"norm_topk_prob": n, "routed_scaling_factor": s} for n, s in ((True, 1.0), (False, 1.0), (True, 2.5))]
    for random in draws("deepseek_v3_router"):
        x = torch.randn(tokens, width, generator=random)
        weight = 0.3 * torch.randn(experts, width, generator=random)
        bias = 0.2 * torch.randn(experts, generator=random)
        scores = (x @ weight.T).sigmoid()
        moved = (scores.topk(k).indices.sort().values != (scores + bias).topk(k).indices.sort().values).any()
        if moved and gap(scores + bias, k) > CLEAR:
            break
    tensors = {"x": x, "weight": weight, "bias": bias}
    for index, variant in enumerate(variants):
        router = DeepseekV3TopkRouter(hf.DeepseekV3Config(
            hidden_size=width, n_routed_experts=experts, num_experts_per_tok=k, n_group=1, topk_group=1, **variant))
        with torch.no_grad():
            router.weight.copy_(weight)
            router.e_score_correction_bias.copy_(bias)
            _, weights, ids = router(x)
        order = ids.argsort(dim=1)
        tensors |= {f"ids.{index}": ids.gather(1, order), f"weights.{index}": weights.gather(1, order)}
    counts = torch.bincount(tensors["ids.0"].flatten(), minlength=experts).float()
    tensors |= {"counts": counts.long(), "bias_after": bias + 1e-3 * (counts.mean() - counts).sign()}
    write(root, "deepseek_v3_router", {"tokens": tokens, "width": width, "experts": experts, "top_k": k, "variants": variants}, tensors,
          """transformers' DeepseekV3TopkRouter with one group, in three settings: `ids.v` and `weights.v`, each row sorted by expert. `counts` and `bias_after` are not
the library's: tokens per expert in setting 0, and the bias of arXiv 2408.15664 after one update of 1e-3.""")


def switch_router(root):
    batch, tokens, width, experts, capacity = 2, 18, 12, 4, 4
    config = hf.SwitchTransformersConfig(d_model=width, num_experts=experts, expert_capacity=capacity, router_jitter_noise=0.0)
    for random in draws("switch_router"):
        hidden = torch.randn(batch, tokens, width, generator=random)
        router = switch.SwitchTransformersTop1Router(config).eval()
        with torch.no_grad():
            router.classifier.weight.copy_(0.4 * torch.randn(experts, width, generator=random))
            dispatch, top, logits = router(hidden)
        if gap(logits, 1) > CLEAR and (dispatch.sum(-1) == 0).sum(-1).min() > 0:
            break
    probs = logits.softmax(-1)
    index = probs.argmax(-1)
    flat = lambda t: t.reshape(1, -1, *t.shape[2:])
    write(root, "switch_router", {"batch": batch, "tokens": tokens, "width": width, "experts": experts, "capacity": capacity}, {
        "hidden": hidden, "weight": router.classifier.weight, "logits": logits, "probs": probs, "index": index, "top_prob": top,
        "kept": dispatch.sum(-1), "aux_loss": switch.load_balancing_loss_func(probs, index), "z_loss": switch.router_z_loss_func(logits),
        "flat_aux_loss": switch.load_balancing_loss_func(flat(probs), flat(index))},
        """transformers' SwitchTransformersTop1Router without jitter: `kept` is 0 if the expert of a token was full, with a capacity per sequence and first come, first served;
`aux_loss` is the mean over sequences, counted before dropping, `flat_aux_loss` that of all tokens together; `z_loss`.""")


if __name__ == "__main__":
    torch.set_num_threads(1)
    hf.logging.set_verbosity_error()
    target = Path(sys.argv[1])
    for case in (noisy_topk, sinkhorn, expert_choice, deepseek_v3_router, switch_router):
        case(target)
