"""Token tables: how tokens become embeddings and hidden states become logits while training.

A fact's embedding is S·e(parent) + D·e(child), so every name helps every other. Output weights are the
embeddings up to a learned scale; all facts share one learned output row, which training pushes down
wherever a lane may look, so the exported full-vocabulary softmax gives facts next to nothing.
"""

import math

import torch
from torch import nn

from decoder import WIDTH
from language import FACT_CHILDREN, FACT_PARENTS, FACTS, FIRST_FACT, FIRST_NAME


class Tables(nn.Module):
    """Learned: e [non-facts, D], S and D [D, D], one scale, one output row for facts [D]."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Parameter(torch.randn(FIRST_FACT, WIDTH))
        self.parent_map = nn.Parameter(torch.linalg.qr(torch.randn(WIDTH, WIDTH))[0])
        self.child_map = nn.Parameter(torch.linalg.qr(torch.randn(WIDTH, WIDTH))[0])
        self.log_scale = nn.Parameter(torch.tensor(-0.5 * math.log(WIDTH)))
        self.fact_row = nn.Parameter(torch.zeros(WIDTH))
        self.register_buffer("parent_rows", FIRST_NAME + torch.tensor(FACT_PARENTS), persistent=False)
        self.register_buffer("child_rows", FIRST_NAME + torch.tensor(FACT_CHILDREN), persistent=False)

    def input_table(self) -> torch.Tensor:
        """[V, D] input embeddings, facts written out."""
        by_parent = self.embedding @ self.parent_map.T
        by_child = self.embedding @ self.child_map.T
        return torch.cat((self.embedding, by_parent[self.parent_rows] + by_child[self.child_rows]))

    def output_table(self) -> torch.Tensor:
        """[V, D] output weights with the scale folded in: logits = hidden @ table.T."""
        facts = self.fact_row.expand(len(FACTS), -1)
        return torch.cat((self.embedding * self.log_scale.exp(), facts))

    def log_probabilities(self, hidden: torch.Tensor) -> torch.Tensor:
        """log p over the non-facts [..., non-facts], normalised over the whole vocabulary. hidden: [..., D]."""
        logits = hidden @ (self.embedding * self.log_scale.exp()).T
        one_fact = hidden @ self.fact_row
        everything = torch.cat((logits, (one_fact + math.log(len(FACTS)))[..., None]), -1)
        return logits - everything.logsumexp(-1, keepdim=True)
