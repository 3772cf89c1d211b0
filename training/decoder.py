"""The decoder: Llama-shaped, with the attention to a shared context kept apart from each row's own segment.

Weights, names and arithmetic are those of `transformers`' LlamaForCausalLM (half-split rotary embedding,
RMSNorm before each block, SwiGLU), so an exported state dict loads there unmodified.
Letters in shapes: S sets of facts, B rows (B = S·Q), T new positions, C context length, H heads, D width.
"""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

WIDTH, LAYERS, HEADS, INNER = 128, 2, 4, 256
HEAD_WIDTH = WIDTH // HEADS
ROPE_THETA = 10000.0
NORM_EPSILON = 1e-6

KeysValues = list[tuple[torch.Tensor, torch.Tensor]]
"""Per layer (keys, values), each [rows, H, positions, head width]."""


@dataclass(frozen=True)
class Output:
    """What one forward pass over T new positions gives."""

    hidden: torch.Tensor
    """[B, T, D] after the final norm: the continuous thought, and what the output weights read."""
    cache: KeysValues
    """Keys and values of the own segment so far, the new positions included."""


def _linear(inputs: int, outputs: int, gain: float = 1.0) -> nn.Linear:
    layer = nn.Linear(inputs, outputs, bias=False)
    nn.init.normal_(layer.weight, std=gain / math.sqrt(inputs))
    return layer


def _rotate(x: torch.Tensor, cosine: torch.Tensor, sine: torch.Tensor) -> torch.Tensor:
    first, second = x.chunk(2, -1)
    return x * cosine + torch.cat((-second, first), -1) * sine


class Attention(nn.Module):
    """Causal attention over a context shared by Q rows and each row's own segment, under one softmax."""

    def __init__(self):
        super().__init__()
        self.q_proj = _linear(WIDTH, WIDTH)
        self.k_proj = _linear(WIDTH, WIDTH)
        self.v_proj = _linear(WIDTH, WIDTH)
        self.o_proj = _linear(WIDTH, WIDTH, 1 / math.sqrt(2 * LAYERS))

    def forward(self, x, rotary, context, own):
        rows, new, _ = x.shape
        heads = lambda y: y.view(rows, new, HEADS, HEAD_WIDTH).transpose(1, 2)
        query = _rotate(heads(self.q_proj(x)), *rotary) / math.sqrt(HEAD_WIDTH)
        key, value = _rotate(heads(self.k_proj(x)), *rotary), heads(self.v_proj(x))
        if own is not None:
            key, value = torch.cat((own[0], key), 2), torch.cat((own[1], value), 2)
        scores = query @ key.transpose(2, 3)
        if new > 1:
            total = key.shape[2]
            future = torch.ones(new, total, dtype=torch.bool, device=x.device).triu(total - new + 1)
            scores = scores.masked_fill(future, -math.inf)
        if context is None:
            mixed = scores.softmax(-1) @ value
        else:
            shared_key, shared_value = context
            sets, length = shared_key.shape[0], shared_key.shape[2]
            per_set = rows // sets
            fold = lambda y: y.view(sets, per_set, HEADS, new, -1).transpose(1, 2).reshape(
                sets, HEADS, per_set * new, y.shape[-1]
            )
            unfold = lambda y: y.view(sets, HEADS, per_set, new, -1).transpose(1, 2).reshape(
                rows, HEADS, new, y.shape[-1]
            )
            shared_scores = unfold(fold(query) @ shared_key.transpose(2, 3))
            weights = torch.cat((shared_scores, scores), -1).softmax(-1)
            mixed = weights[..., length:] @ value + unfold(fold(weights[..., :length]) @ shared_value)
        return self.o_proj(mixed.transpose(1, 2).reshape(rows, new, WIDTH)), (key, value)


class FeedForward(nn.Module):
    """SwiGLU."""

    def __init__(self):
        super().__init__()
        self.gate_proj = _linear(WIDTH, INNER)
        self.up_proj = _linear(WIDTH, INNER)
        self.down_proj = _linear(INNER, WIDTH, 1 / math.sqrt(2 * LAYERS))

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(nn.Module):
    """One decoder layer; submodule names are those of `transformers`."""

    def __init__(self):
        super().__init__()
        self.input_layernorm = nn.RMSNorm(WIDTH, eps=NORM_EPSILON)
        self.self_attn = Attention()
        self.post_attention_layernorm = nn.RMSNorm(WIDTH, eps=NORM_EPSILON)
        self.mlp = FeedForward()

    def forward(self, x, rotary, context, own):
        mixed, cache = self.self_attn(self.input_layernorm(x), rotary, context, own)
        x = x + mixed
        return x + self.mlp(self.post_attention_layernorm(x)), cache


class Decoder(nn.Module):
    """Embeddings in, post-final-norm hidden states out; tables of tokens live elsewhere."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(Layer() for _ in range(LAYERS))
        self.norm = nn.RMSNorm(WIDTH, eps=NORM_EPSILON)
        frequency = ROPE_THETA ** (-torch.arange(0, HEAD_WIDTH, 2).float() / HEAD_WIDTH)
        self.register_buffer("frequency", torch.cat((frequency, frequency)), persistent=False)

    def forward(
        self, x: torch.Tensor, context: KeysValues | None = None, own: KeysValues | None = None
    ) -> Output:
        """Runs x [B, T, D] after `context` (S rows, each shared by B/S rows) and after the rows' `own` segment."""
        start = (context[0][0].shape[2] if context else 0) + (own[0][0].shape[2] if own else 0)
        angle = torch.arange(start, start + x.shape[1], device=x.device)[:, None] * self.frequency
        rotary = angle.cos(), angle.sin()
        cache = []
        for index, layer in enumerate(self.layers):
            x, pair = layer(x, rotary, context and context[index], own and own[index])
            cache.append(pair)
        return Output(self.norm(x), cache)
