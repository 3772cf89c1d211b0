"""Finds the app's preset prompts with the exported model and writes resources/presets.json.

    python find_presets.py

Every claim a preset's description makes is a condition here, with a margin wide enough to survive another
engine's rounding and another sampler's seed. The votes are estimated from 1 024 chains a prompt.
"""

import argparse
import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Callable

import numpy as np
import torch

from export import MODEL_DIRECTORY, write_json
from exported import Exported, load_exported
from families import Questions, draw_questions
from lanes import Lanes
from language import FIRST_NAME, NAME_COUNT, NAMES, TOKENS, text_of

SEED = 4242
PRESETS = MODEL_DIRECTORY.parent.parent / "presets.json"
BATCH, SHORTLIST = 500, 4
DIRECT_WRONG = 0.45
"""A direct answer counts as wrong below this. It is a guess, so far lower is rare; rounding moves it by 1e-4."""
FIRST_LOOK, SECOND_LOOK, SAMPLES = 48, 1024, 16


@dataclass(frozen=True)
class Measured:
    """What the lanes did with the prompts of one batch; arrays are over prompts."""

    hops: int
    prompts: list[str]
    answers: list[str]
    direct: np.ndarray
    """Probability of the right name under ⟨answer⟩, no thoughts."""
    coconut: np.ndarray
    """The same after as many thoughts as hops."""
    too_few: np.ndarray
    """The same after one thought fewer."""
    greedy_right: np.ndarray
    greedy_lead: np.ndarray
    """Smallest lead of the greedy choice over the next, in probability."""
    shares: np.ndarray
    """[prompts, V + 1] share of sampled chains for each answer; column 0 is "no answer"."""
    right_share: np.ndarray
    rival_share: np.ndarray
    """Share of the most frequent wrong answer."""
    width: np.ndarray
    """[prompts, hops] names on each frontier."""
    evenness: np.ndarray
    """[prompts, hops] entropy read in each thought over that frontier, divided by log width (1 where width is 1)."""

    def majority_right(self, index: int, generator: np.random.Generator) -> float:
        """Probability that 16 chains' majority is right; ties count as wrong."""
        votes = generator.multinomial(SAMPLES, self.shares[index], 20000)
        right = np.flatnonzero(np.array(["", *TOKENS]) == self.answers[index])[0]
        rivals = np.delete(votes, [0, right], 1).max(1)
        return float((votes[:, right] > rivals).mean())


def measure(model: Exported, questions: Questions, samples: int, sampler: torch.Generator) -> Measured:
    lanes, hops = Lanes(model, questions), questions.hops
    rows = np.arange(len(questions.root))
    answer = questions.answer + FIRST_NAME
    probability = lambda answers: answers.log_p.exp().numpy()[rows, answer]
    greedy, votes = lanes.chains(1, None), lanes.chains(samples, sampler).answers.numpy()
    shares = np.zeros((len(rows), len(TOKENS) + 1))
    np.add.at(shares, (rows[:, None], votes + 1), 1 / samples)
    rivals = shares[:, 1:].copy()
    rivals[rows, answer] = 0

    read = model.logits(lanes.thoughts(hops)).softmax(-1)[..., FIRST_NAME : FIRST_NAME + NAME_COUNT].numpy()
    on_frontier = np.where(questions.frontier, read, 0)
    entropy = -(on_frontier * np.log(np.clip(on_frontier, 1e-12, None))).sum(-1)
    width = questions.frontier.sum(-1)
    return Measured(
        hops=hops,
        prompts=[
            f"{text_of(questions.facts[row])} {text_of(ids)}" for row, ids in enumerate(questions.question_ids())
        ],
        answers=[NAMES[name] for name in questions.answer],
        direct=probability(lanes.direct()),
        coconut=probability(lanes.coconut(hops)),
        too_few=probability(lanes.coconut(hops - 1)),
        greedy_right=greedy.answers[:, 0].numpy() == answer,
        greedy_lead=greedy.narrowest[:, 0].numpy(),
        shares=shares,
        right_share=shares[rows, answer + 1],
        rival_share=rivals.max(1),
        width=width,
        evenness=np.where(width > 1, entropy / np.log(np.maximum(width, 2)), 1.0),
    )


Condition = Callable[[Measured], np.ndarray]
"""Score of every prompt, −inf where the preset's claim does not hold."""


def _where(holds: np.ndarray, score: np.ndarray) -> np.ndarray:
    return np.where(holds, score, -np.inf)


def rescued(m: Measured) -> np.ndarray:
    """Direct and greedy wrong, the votes of 16 right by a wide margin, thoughts right and branching twice."""
    branching = (m.width > 1).sum(1) >= 2
    wrong = (m.direct < DIRECT_WRONG) & ~m.greedy_right & (m.greedy_lead > 0.03)
    return _where(wrong & branching & (m.coconut > 0.98), m.right_share - m.rival_share)


def all_right(m: Measured) -> np.ndarray:
    """Every lane right: what one hop looks like."""
    return _where((m.direct > 0.9) & m.greedy_right & (m.coconut > 0.98), m.right_share)


def direct_fails(m: Measured) -> np.ndarray:
    """Direct wrong, greedy chain right though there was a choice on the way, thoughts right."""
    right = m.greedy_right & (m.greedy_lead > 0.1) & (m.coconut > 0.98) & (m.width.max(1) > 1)
    return _where((m.direct < DIRECT_WRONG) & right, m.right_share)


def chain_fails(m: Measured) -> np.ndarray:
    """Direct and greedy wrong, thoughts right; whatever the votes."""
    wrong = (m.direct < DIRECT_WRONG) & ~m.greedy_right & (m.greedy_lead > 0.03)
    return _where(wrong & (m.coconut > 0.98), m.coconut + np.minimum(m.greedy_lead, 0.2))


def superposed(m: Measured) -> np.ndarray:
    """At least two frontiers of three names or more, all their mass near equal."""
    wide = m.width >= 3
    even = np.where(wide, m.evenness, 1).min(1)
    return _where((wide.sum(1) >= 2) & (m.coconut > 0.98) & (m.direct < DIRECT_WRONG), even + 0.02 * wide.sum(1))


def one_short(m: Measured) -> np.ndarray:
    """Wrong with one thought fewer than hops, right with as many."""
    return _where((m.coconut > 0.98) & (m.too_few < 0.1), -m.too_few)


@dataclass(frozen=True)
class Wanted:
    id: str
    title: str
    description: str
    hops: int
    condition: Condition
    names: int = NAME_COUNT
    votes: float = 0.0
    """Least probability that 16 votes are right."""
    effort: int = 1
    """Multiplies the pool."""


WANTED = [
    Wanted("four-hops", "Four hops: thoughts keep every branch",
           "Direct guesses wrong and the greedy chain runs into a dead end. Of 16 sampled chains most that answer are "
           "right, and so are four thoughts.", 4, rescued, votes=0.999, effort=4),
    Wanted("one-hop", "One hop: every lane is right",
           "The answer stands in one fact. Looking it up needs no reasoning.", 1, all_right),
    Wanted("two-hops", "Two hops: a direct answer is a guess",
           "Two layers cannot follow two facts in one pass. A chain of two names can, and so can two thoughts.",
           2, direct_fails),
    Wanted("three-hops", "Three hops: the chain takes the wrong child",
           "The greedy chain picks a child that leads nowhere and gives up. Three thoughts keep every child.",
           3, chain_fails),
    Wanted("five-hops", "Five hops: votes repair the chain",
           "The greedy chain is wrong, the majority of 16 is right by a wide margin, and so are five thoughts.",
           5, rescued, votes=0.999),
    Wanted("six-hops", "Six hops: the deepest question",
           "The longest path a family has. Direct and greedy are wrong, six thoughts are right.", 6, chain_fails),
    Wanted("superposition", "Several branches in one thought",
           "At least two of the thoughts hold three names or more, with nearly equal probability.", 4, superposed),
    Wanted("one-thought-short", "One thought too few",
           "With four thoughts the answer is wrong, with five it is right: each thought is one hop.",
           5, one_short),
    Wanted("small-family", "A small family to read by hand",
           "Ten names and eight facts. Follow the thoughts with a finger.", 3, direct_fails, names=10),
]


def find(model: Exported, wanted: Wanted, pool: int, seed: int) -> dict:
    """Searches a pool of fresh prompts and returns the winner as JSON.

    Most claims need no votes, so only prompts that meet them are sampled, and only the best of those at length.
    """
    generator, sampler = np.random.default_rng((SEED, seed)), torch.Generator().manual_seed(SEED + seed)
    best: list[tuple[float, float, Measured]] = []
    for _ in range(pool * wanted.effort // BATCH):
        questions = draw_questions(generator, BATCH, 1, wanted.names, wanted.hops)
        for samples, keep in ((1, BATCH), (FIRST_LOOK, SHORTLIST)):
            score = wanted.condition(measure(model, questions, samples, sampler))
            order = np.argsort(-score)[:keep]
            questions = _only(questions, order[np.isfinite(score[order])])
            if len(questions.root) == 0:
                break
        for row in range(len(questions.root)):
            m = measure(model, _only(questions, [row]), SECOND_LOOK, sampler)
            votes, score = m.majority_right(0, generator), float(wanted.condition(m)[0])
            if votes >= wanted.votes and np.isfinite(score):
                best.append((score, votes, m))
    if not best:
        raise SystemExit(f"no prompt found for {wanted.id}")
    _, votes, m = max(best, key=lambda item: item[0])
    print(
        f"{wanted.id}: direct {m.direct[0]:.2f}, greedy {'right' if m.greedy_right[0] else 'wrong'} "
        f"(lead {m.greedy_lead[0]:.2f}), chains right {m.right_share[0]:.2f}, rival {m.rival_share[0]:.2f}, "
        f"majority of 16 right {votes:.4f}, coconut {m.coconut[0]:.3f}, one short {m.too_few[0]:.3f}, "
        f"widths {m.width[0].tolist()}, evenness {np.round(m.evenness[0], 3).tolist()}",
        flush=True,
    )
    return {
        "id": wanted.id,
        "title": wanted.title,
        "description": wanted.description,
        "prompt": m.prompts[0],
        "hops": m.hops,
        "answer": m.answers[0],
        "recommended": {"thoughts": m.hops},
    }


def _only(questions: Questions, rows) -> Questions:
    """Some rows of a batch with one question for each set of facts."""
    arrays = {f.name: getattr(questions, f.name) for f in fields(questions)}
    return Questions(**{n: v[rows] if isinstance(v, np.ndarray) else v for n, v in arrays.items()})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pool", type=int, default=2500, help="prompts to choose from, for each preset")
    parser.add_argument("--only", nargs="*", help="ids to search again; the others stay as they are in --out")
    parser.add_argument("--model", type=Path, default=MODEL_DIRECTORY)
    parser.add_argument("--out", type=Path, default=PRESETS)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = load_exported(options.model)
    kept = {p["id"]: p for p in json.loads(options.out.read_text("utf-8"))} if options.only else {}
    presets = [
        kept[wanted.id] if wanted.id in kept and wanted.id not in options.only
        else find(model, wanted, options.pool, seed)
        for seed, wanted in enumerate(WANTED)
    ]
    write_json(options.out, presets)


if __name__ == "__main__":
    main()
