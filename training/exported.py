"""Reads the exported files back, so that every measurement is of what the app gets and not of a checkpoint."""

from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file

from decoder import Decoder


@dataclass(frozen=True)
class Exported:
    """The decoder with its two tables, each [V, D]."""

    decoder: Decoder
    input_table: torch.Tensor
    output_table: torch.Tensor

    def embed(self, ids: torch.Tensor) -> torch.Tensor:
        """[..., D] embeddings of token ids [...]."""
        return self.input_table[ids]

    def logits(self, hidden: torch.Tensor) -> torch.Tensor:
        """[..., V] logits of hidden states [..., D] taken after the final norm."""
        return hidden @ self.output_table.T


def load_exported(directory: Path) -> Exported:
    weights = load_file(directory / "model.safetensors")
    tables = weights.pop("model.embed_tokens.weight"), weights.pop("lm_head.weight")
    decoder = Decoder().eval().requires_grad_(False)
    decoder.load_state_dict({name.removeprefix("model."): value for name, value in weights.items()})
    return Exported(decoder, *tables)
