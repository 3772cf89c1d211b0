"""The lanes run on a batch of questions with exported weights, as the app runs them one prompt at a time.

Shapes: B prompts (each its own set of facts), N chains for each, V tokens, D width.
"""

from dataclasses import dataclass
from typing import Callable

import numpy as np
import torch

from decoder import KeysValues
from exported import Exported
from families import Questions
from language import ANSWER, BEGIN, END, ID, THINK, THOUGHT

LONGEST_CHAIN = 24
"""Tokens after which a chain that has not reached ⟨end⟩ is cut; the longest right one has nine."""

Replace = Callable[[torch.Tensor, int], torch.Tensor]
"""A control: takes the thoughts [B, D] about to be fed back and their number; returns what is fed instead."""


@dataclass(frozen=True)
class Answers:
    """Token ids [B] after ⟨answer⟩ and log-probabilities [B, V] they were taken from, p(⟨end⟩) [B] after them."""

    token: torch.Tensor
    log_p: torch.Tensor
    end: torch.Tensor


@dataclass(frozen=True)
class Chains:
    """N chains for each of B prompts."""

    tokens: torch.Tensor
    """[B, N, length] int64, ⟨end⟩ repeated after the first."""
    mean_log_p: torch.Tensor
    """[B, N] mean log-probability (nats) of the tokens up to and including ⟨end⟩."""
    narrowest: torch.Tensor
    """[B, N] smallest lead (difference of probabilities) of the first over the second token on the way."""

    @property
    def answers(self) -> torch.Tensor:
        """[B, N] token after the first ⟨answer⟩, −1 where there is none."""
        is_answer = self.tokens[..., :-1] == ID[ANSWER]
        place = is_answer.int().argmax(-1, keepdim=True)
        named = self.tokens.gather(-1, place + 1)[..., 0]
        return torch.where(is_answer.any(-1), named, -1)


class Lanes:
    """One batch of prompts, read once."""

    @torch.no_grad()
    def __init__(self, model: Exported, questions: Questions):
        self.model, self.rows = model, len(questions.root)
        begin = np.full((len(questions.facts), 1), ID[BEGIN])
        self.context = model.decoder(self._tokens(np.concatenate((begin, questions.facts), 1))).cache
        self.question = model.decoder(self._tokens(questions.question_ids()), self.context).cache

    @torch.no_grad()
    def direct(self) -> Answers:
        return self._answer(self.question)

    @torch.no_grad()
    def coconut(self, count: int, replace: Replace = lambda thought, _: thought) -> Answers:
        """⟨thought⟩, `count` thoughts fed back, ⟨answer⟩."""
        return self._answer(self._think(count, replace)[1])

    @torch.no_grad()
    def thoughts(self, count: int) -> torch.Tensor:
        """[B, count, D] the thoughts as they are fed back; the output weights read thought j as frontier j."""
        return self._think(count - 1)[0]

    @torch.no_grad()
    def chains(self, count: int, generator: torch.Generator | None) -> Chains:
        """`count` chains at temperature 1, or greedy ones where no generator is given."""
        step = self._feed(self._mark(THINK), self.question)
        cache = [(k.repeat_interleave(count, 0), v.repeat_interleave(count, 0)) for k, v in step.cache]
        log_p = self.model.logits(step.hidden[:, -1]).log_softmax(-1).repeat_interleave(count, 0)
        running = torch.ones(self.rows * count, dtype=torch.bool)
        total, length, tokens = torch.zeros(len(running)), torch.zeros(len(running)), []
        narrowest = torch.ones(len(running))
        for _ in range(LONGEST_CHAIN):
            token = log_p.argmax(-1) if generator is None else _sample(log_p, generator)
            token = torch.where(running, token, ID[END])
            total += torch.where(running, log_p.gather(1, token[:, None])[:, 0], 0)
            length += running
            first, second = log_p.topk(2, -1).values.exp().T
            narrowest = torch.where(running, torch.minimum(narrowest, first - second), narrowest)
            tokens.append(token)
            running = running & (token != ID[END])
            if not running.any():
                break
            step = self._feed(self.model.embed(token)[:, None], cache)
            cache, log_p = step.cache, self.model.logits(step.hidden[:, -1]).log_softmax(-1)
        shape = (self.rows, count)
        tokens = torch.stack(tokens, 1).view(*shape, -1)
        return Chains(tokens, (total / length).view(shape), narrowest.view(shape))

    def _think(self, count: int, replace: Replace = lambda thought, _: thought):
        step = self._feed(self._mark(THOUGHT), self.question)
        hidden = [step.hidden]
        for index in range(count):
            step = self._feed(replace(step.hidden[:, 0], index)[:, None], step.cache)
            hidden.append(step.hidden)
        return torch.cat(hidden, 1), step.cache

    def _answer(self, cache: KeysValues) -> Answers:
        step = self._feed(self._mark(ANSWER), cache)
        log_p = self.model.logits(step.hidden[:, -1]).log_softmax(-1)
        token = log_p.argmax(-1)
        after = self._feed(self.model.embed(token)[:, None], step.cache)
        end = self.model.logits(after.hidden[:, -1]).softmax(-1)[:, ID[END]]
        return Answers(token, log_p, end)

    def _mark(self, marker: str) -> torch.Tensor:
        return self._tokens(np.full((self.rows, 1), ID[marker]))

    def _tokens(self, ids: np.ndarray) -> torch.Tensor:
        return self.model.embed(torch.from_numpy(ids))

    def _feed(self, x: torch.Tensor, own: KeysValues):
        return self.model.decoder(x, self.context, own)


def _sample(log_p: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """One token a row at temperature 1, by the Gumbel maximum."""
    uniform = torch.rand(log_p.shape, generator=generator).clamp_min(1e-20)
    return (log_p - (-uniform.log()).log()).argmax(-1)


def majority(answers: torch.Tensor, vocabulary: int) -> torch.Tensor:
    """[B] the answer most chains of [B, N] gave, −1 if none gave any; chains without an answer do not vote."""
    votes = torch.zeros(len(answers), vocabulary + 1)
    votes.scatter_add_(1, answers + 1, torch.ones(answers.shape))
    votes[:, 0] = 0.5
    return votes.argmax(1) - 1
