"""The six kinds of batch as losses. Each lesson returns (loss, skill): mean nats, and mass or accuracy."""

import numpy as np
import torch

from curriculum import MAXIMUM_HOPS
from decoder import Decoder, KeysValues
from families import Questions
from language import ANSWER, BEGIN, END, FIRST_NAME, ID, NAME_COUNT, THINK, THOUGHT
from searches import draw_searches
from tables import Tables

NAME_SLICE = slice(FIRST_NAME, FIRST_NAME + NAME_COUNT)


class Lessons:
    """One training step's view of the model: the input table and the facts' cache are computed once."""

    def __init__(self, decoder: Decoder, tables: Tables, questions: Questions):
        self.decoder, self.tables, self.questions = decoder, tables, questions
        self.input_table = tables.input_table()
        self.context = self._read_facts()

    def walk(self, _generator):
        """`from root ⟨think⟩` and a path down, no candidates; soft targets: all children of the name before."""
        q = self.questions
        ids = self._columns("from", q.root, THINK, *q.path.T[:-1])
        log_p = self._log_p(ids)[:, 2:, NAME_SLICE]
        return _against_sets(log_p, q.children)

    def frontier(self, _generator):
        """Before thought j the output is to be uniform over the names exactly j hops below the root."""
        hidden, _ = self._think(self.questions.hops - 1)
        return _against_sets(self.tables.log_probabilities(hidden)[..., NAME_SLICE], self.questions.frontier)

    def answer(self, generator):
        """Thoughts = hops, in 70 % of batches up to six in all, then ⟨answer⟩ name ⟨end⟩."""
        q = self.questions
        extra = generator.integers(0, MAXIMUM_HOPS - q.hops + 1) if generator.random() < 0.7 else 0
        hidden, cache = self._think(q.hops + int(extra) - 1)
        fed = torch.cat((hidden[:, -1:], self._embed(self._columns(ANSWER, q.answer))), 1)
        log_p = self.tables.log_probabilities(self.decoder(fed, self.context, cache).hidden[:, 1:])
        return self._against_tokens(log_p, self._columns(q.answer, END), graded=0)

    def cot(self, _generator):
        """`question ⟨think⟩ path ⟨answer⟩ name ⟨end⟩`, the tokens after ⟨think⟩ being the targets."""
        q = self.questions
        chain = self._columns(*q.path.T, ANSWER, q.answer, END)
        ids = np.concatenate((q.question_ids(), self._columns(THINK), chain[:, :-1]), 1)
        return self._against_tokens(self._log_p(ids)[:, 6:], chain, graded=0)

    def search(self, generator):
        """`question ⟨think⟩` and a chain that wanders; targets: what a good chain would say next."""
        searches = draw_searches(generator, self.questions)
        ids = np.concatenate((self.questions.question_ids(), searches.ids), 1)
        log_p, target = self._log_p(ids)[:, 6:], torch.from_numpy(searches.targets)
        divergence = (torch.xlogy(target, target) - target * log_p).sum(-1)
        positions = target.sum(-1) > 0
        good = target.gather(-1, log_p.argmax(-1, keepdim=True))[..., 0] > 0
        return divergence.sum() / positions.sum(), good[positions].float().mean().item()

    def direct(self, _generator):
        """`question ⟨answer⟩ name ⟨end⟩`."""
        q = self.questions
        ids = np.concatenate((q.question_ids(), self._columns(ANSWER, q.answer)), 1)
        return self._against_tokens(self._log_p(ids)[:, 6:], self._columns(q.answer, END), graded=0)

    def _think(self, fed_back: int) -> tuple[torch.Tensor, KeysValues]:
        """Reads the question and ⟨thought⟩, then feeds back `fed_back` thoughts.

        Returns the hidden states [B, 1 + fed_back, D] of ⟨thought⟩ and of every thought, and the own cache.
        """
        ids = np.concatenate((self.questions.question_ids(), self._columns(THOUGHT)), 1)
        out = self.decoder(self._embed(ids), self.context)
        hidden = [out.hidden[:, -1:]]
        for _ in range(fed_back):
            out = self.decoder(hidden[-1], self.context, out.cache)
            hidden.append(out.hidden)
        return torch.cat(hidden, 1), out.cache

    def _read_facts(self) -> KeysValues:
        facts = self.questions.facts
        ids = np.concatenate((np.full((len(facts), 1), ID[BEGIN]), facts), 1)
        return self.decoder(self._embed(ids)).cache

    def _columns(self, *columns) -> np.ndarray:
        """[B, number of columns] token ids; a column is a token for every row or name indices [B]."""
        rows = len(self.questions.root)
        ids = [np.full(rows, ID[c]) if isinstance(c, str) else c + FIRST_NAME for c in columns]
        return np.stack(ids, 1)

    def _embed(self, ids: np.ndarray) -> torch.Tensor:
        return torch.nn.functional.embedding(torch.from_numpy(ids), self.input_table)

    def _log_p(self, ids: np.ndarray) -> torch.Tensor:
        return self.tables.log_probabilities(self.decoder(self._embed(ids), self.context).hidden)

    def _against_tokens(self, log_p: torch.Tensor, targets: np.ndarray, graded: int):
        """Cross-entropy per position; the skill is the accuracy at position `graded`."""
        target = torch.from_numpy(targets)
        loss = -log_p.gather(-1, target[..., None]).mean()
        return loss, (log_p[:, graded].argmax(-1) == target[:, graded]).float().mean().item()


def _against_sets(log_p: torch.Tensor, members: np.ndarray):
    """Soft cross-entropy against the uniform distribution over each set, less that distribution's entropy.

    log_p [B, J, 24] over names, normalised over the vocabulary; members [B, J, 24] bool. The skill is the
    probability mass on the members at the last position.
    """
    mask = torch.from_numpy(members).float()
    size = mask.sum(-1, keepdim=True)
    loss = ((mask / size) * (-log_p - size.log())).sum(-1).mean()
    return loss, (log_p[:, -1].exp() * mask[:, -1]).sum(-1).mean().item()
