"""Measures the acceptance table on fresh prompts with the exported files.

    python evaluate.py                     2 000 prompts per hop count, prints the table
    python evaluate.py --card              also writes it into the model card

Exit status 1 when a threshold is missed.
"""

import argparse
import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

from export import MODEL_DIRECTORY
from exported import Exported, load_exported
from families import draw_questions
from intervals import wilson
from lanes import Lanes, majority
from language import END, FIRST_FACT, FIRST_NAME, ID, NAME_COUNT, THOUGHT, TOKENS

SEED = 20261123
BATCH = 500
SAMPLES = 16
HOPS = range(1, 7)

COLUMNS = {
    "direct": "direct",
    "greedy": "greedy chain",
    "sampled": "one sampled chain",
    "best": "best of 16 by mean log-prob",
    "majority": "majority of 16",
    "pass": "pass@16",
    "thoughts 0": "thoughts = 0",
    "thoughts h-1": "hops − 1",
    "thoughts h": "**= hops**",
    "thoughts 6": "always 6",
    "thoughts 12": "always 12",
    "pause": "pause tokens",
    "shuffled": "shuffled",
    "noise": "noise",
    "mass": "frontier mass",
}
AVERAGES = {
    "end direct": "p(⟨end⟩) after the answer, direct",
    "end coconut": "p(⟨end⟩) after the answer, coconut",
    "ended": "sampled chains that reach ⟨end⟩",
    "answered candidate": "sampled chains that answer with a candidate",
    "facts": "probability of all facts together, at answers and thoughts",
}


def measure(model: Exported, hops: int, prompts: int, seed: int = SEED) -> dict[str, tuple[float, int]]:
    """Sums and counts of every measure over `prompts` fresh prompts at `hops` hops, 24 names."""
    generator = np.random.default_rng((seed, hops))
    sampler = torch.Generator().manual_seed(seed + hops)
    sums: dict[str, list[np.ndarray]] = defaultdict(list)
    for start in range(0, prompts, BATCH):
        questions = draw_questions(generator, min(BATCH, prompts - start), 1, NAME_COUNT, hops)
        for name, values in _measure_batch(model, questions, sampler).items():
            sums[name].append(values.double().numpy().ravel())
    joined = {name: np.concatenate(parts) for name, parts in sums.items()}
    return {name: (float(values.sum()), len(values)) for name, values in joined.items()}


def _measure_batch(model: Exported, questions, sampler: torch.Generator) -> dict[str, torch.Tensor]:
    lanes, hops = Lanes(model, questions), questions.hops
    answer = torch.from_numpy(questions.answer) + FIRST_NAME
    wrong = torch.from_numpy(questions.wrong) + FIRST_NAME
    right = lambda token: token == answer
    direct, thoughts = lanes.direct(), lanes.coconut(hops)
    greedy, sampled = lanes.chains(1, None), lanes.chains(SAMPLES, sampler)
    votes = sampled.answers
    correct = votes == answer[:, None]
    # A chain without an answer cannot be chosen as the best of 16.
    score = sampled.mean_log_p.masked_fill(votes < 0, -np.inf)
    best = votes.gather(1, score.argmax(1, keepdim=True))[:, 0]

    pause = model.embed(torch.tensor(ID[THOUGHT]))
    noise = lambda thought, _: _noise_like(thought, sampler)
    fed = lanes.thoughts(hops)
    foreign = lambda _, index: fed[:, index].roll(1, 0)
    read = model.logits(fed).softmax(-1)
    members = torch.from_numpy(questions.frontier)
    on_names = read[..., FIRST_NAME : FIRST_NAME + NAME_COUNT]
    return {
        "direct": right(direct.token),
        "greedy": right(greedy.answers[:, 0]),
        "sampled": correct[:, 0],
        "best": right(best),
        "majority": right(majority(votes, len(TOKENS))),
        "pass": correct.any(1),
        "thoughts 0": right(lanes.coconut(0).token),
        "thoughts h-1": right(lanes.coconut(hops - 1).token),
        "thoughts h": right(thoughts.token),
        "thoughts 6": right(lanes.coconut(6).token),
        "thoughts 12": right(lanes.coconut(12).token),
        "pause": right(lanes.coconut(hops, lambda thought, _: pause.expand_as(thought)).token),
        "shuffled": right(lanes.coconut(hops, foreign).token),
        "noise": right(lanes.coconut(hops, noise).token),
        "mass": (on_names * members)[:, -1].sum(-1),
        "end direct": direct.end,
        "end coconut": thoughts.end,
        "ended": (sampled.tokens[..., -1] == ID[END]).float(),
        "answered candidate": correct | (votes == wrong[:, None]),
        "facts": torch.cat(
            (read[..., FIRST_FACT:].sum(-1), thoughts.log_p[:, FIRST_FACT:].exp().sum(-1)[:, None]), 1
        ),
    }


def _noise_like(thought: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """Gaussian vectors [B, D] of the same norms."""
    noise = torch.randn(thought.shape, generator=generator)
    return noise * thought.norm(dim=-1, keepdim=True) / noise.norm(dim=-1, keepdim=True)


def acceptance(results: dict[int, dict[str, tuple[float, int]]]) -> list[tuple[str, float, str, float]]:
    """(measure, value, comparison, threshold) of every line of the acceptance table."""
    rate = lambda name, hops: results[hops][name][0] / results[hops][name][1]
    mean = lambda name: float(np.mean([rate(name, h) for h in results]))
    return [
        ("coconut, thoughts = hops, worst hop count", min(rate("thoughts h", h) for h in results), "≥", 0.98),
        ("coconut, always 6 thoughts, mean over hops", mean("thoughts 6"), "≥", 0.97),
        ("majority of 16 sampled chains (T = 1), mean over hops", mean("majority"), "≥", 0.92),
        ("pass@16, mean over hops", mean("pass"), "≥", 0.95),
        ("direct, highest of 2 to 6 hops", max(rate("direct", h) for h in results if h > 1), "≤", 0.60),
        ("frontier mass, lowest of all hops", min(rate("mass", h) for h in results), "≥", 0.97),
    ]


def report(results: dict[int, dict[str, tuple[float, int]]]) -> str:
    """The tables as Markdown."""
    prompts = results[1]["direct"][1]
    lines = [f"{prompts} fresh prompts per hop count, 24 names; 95 % Wilson intervals in brackets.", ""]
    cell = lambda name, h: "{:.3f} [{:.3f}, {:.3f}]".format(
        results[h][name][0] / results[h][name][1], *wilson(*results[h][name])
    )
    for names in (list(COLUMNS)[:6], list(COLUMNS)[6:11], list(COLUMNS)[11:]):
        lines += ["| hops | " + " | ".join(COLUMNS[n] for n in names) + " |", "| --- " * (len(names) + 1) + "|"]
        lines += [f"| {h} | " + " | ".join(cell(n, h) for n in names) + " |" for h in results]
        lines += [""]
    lines += ["| acceptance | measured | threshold | |", "| --- | --- | --- | --- |"]
    for name, value, comparison, threshold in acceptance(results):
        met = "met" if (value >= threshold) == (comparison == "≥") else "**missed**"
        lines.append(f"| {name} | {value:.4f} | {comparison} {threshold:.2f} | {met} |")
    lines += ["", "| also measured, mean over hops | |", "| --- | --- |"]
    for name, title in AVERAGES.items():
        total, count = np.sum([results[h][name] for h in results], 0)
        lines.append(f"| {title} | {total / count:.5f} |")
    return "\n".join(lines)


def write_into_card(text: str, card: Path) -> None:
    """Replaces what stands between the two acceptance comments of the model card."""
    opening, closing = "<!-- acceptance: written by training/evaluate.py -->", "<!-- /acceptance -->"
    head, rest = card.read_text("utf-8").split(opening)
    card.write_text(f"{head}{opening}\n{text}\n{closing}{rest.split(closing)[1]}", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--prompts", type=int, default=2000, help="per hop count")
    parser.add_argument("--seed", type=int, default=SEED, help="of the prompts and the sampler")
    parser.add_argument("--model", type=Path, default=MODEL_DIRECTORY)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--card", action="store_true", help="write the table into the model card")
    parser.add_argument("--json", type=Path, help="also write sums and counts to this file")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    model = load_exported(options.model)
    results = {hops: measure(model, hops, options.prompts, options.seed) for hops in HOPS}
    text = report(results)
    print(text)
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    if options.card:
        write_into_card(text, options.model / "README.md")
    if "missed" in text:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
