"""Compares a GGUF file with the weights that it was written from, through the gguf package's own reader.

    pip install gguf safetensors
    python tools/reference/check_gguf.py model.gguf runs/first/checkpoints/step-600/model.safetensors HEADS KEY_VALUE_HEADS
"""

import sys

import gguf
import numpy as np
from safetensors.numpy import load_file

LAYER = {"attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
         "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj", "ffn_gate_inp": "block_sparse_moe.gate",
         "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}
OUTSIDE = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
EXPERTS = {"ffn_gate_exps": "w1", "ffn_up_exps": "w3", "ffn_down_exps": "w2"}


def source(weights: dict, name: str, heads: int, key_value_heads: int) -> np.ndarray:
    """heads is 0 if rows keep their order, as in all architectures but llama."""
    parts = name.split(".")
    kind = "." + parts.pop()
    if parts[0] != "blk":
        return weights[OUTSIDE[parts[0]] + kind]
    prefix, inside = f"model.layers.{parts[1]}.", parts[2]
    if inside in EXPERTS:
        experts = [key for key in weights if key.startswith(prefix) and key.endswith(EXPERTS[inside] + ".weight")]
        return np.stack([weights[f"{prefix}block_sparse_moe.experts.{i}.{EXPERTS[inside]}.weight"] for i in range(len(experts))])
    value = weights[prefix + LAYER[inside] + kind]
    if heads and inside in ("attn_q", "attn_k"):
        count = heads if inside == "attn_q" else key_value_heads
        value = value.reshape(count, 2, -1, value.shape[1]).swapaxes(1, 2).reshape(value.shape)
    return value


def main() -> None:
    reader, weights = gguf.GGUFReader(sys.argv[1]), load_file(sys.argv[2])
    worst = {}
    architecture = reader.fields["general.architecture"].contents()
    known = {name.format(bid=block) for tensor, name in gguf.TENSOR_NAMES.items() for block in range(100)
             if tensor in gguf.MODEL_TENSORS[next(arch for arch, text in gguf.MODEL_ARCH_NAMES.items() if text == architecture)]}
    heads = int(sys.argv[3]) if architecture == "llama" else 0
    for tensor in reader.tensors:
        assert tensor.name.rpartition(".")[0] in known, f"{tensor.name} is no tensor of {architecture}"
        expected = source(weights, tensor.name, heads, int(sys.argv[4]))
        actual = gguf.dequantize(tensor.data, tensor.tensor_type).reshape(expected.shape)
        again = gguf.dequantize(gguf.quantize(expected.astype(np.float32), tensor.tensor_type), tensor.tensor_type).reshape(expected.shape)
        assert np.array_equal(actual, again), f"{tensor.name} differs from what the gguf package itself writes"
        error = float(np.abs(actual - expected).max() / np.abs(expected).max())
        worst[tensor.tensor_type.name] = max(worst.get(tensor.tensor_type.name, 0.0), error)
    keys = {key: field.contents() for key, field in reader.fields.items() if key.startswith(("general.", architecture + "."))}
    print(f"{len(reader.tensors)} tensors equal what the gguf package writes; relative error by type: {worst}")
    print(keys)


main()
