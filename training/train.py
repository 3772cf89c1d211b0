"""Trains `kin` for a budget of minutes (or steps), with checkpoints an interrupted run goes on from.

    python train.py --minutes 53 --run .run
"""

import argparse
import json
import os
import time
from dataclasses import asdict
from pathlib import Path

# Read when torch loads. With the default, spinning at barriers, 100 steps once took four minutes on a busy machine
# instead of seconds.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch

from curriculum import Curriculum
from decoder import Decoder
from families import draw_questions
from lessons import Lessons
from tables import Tables

SETS, QUESTIONS_PER_SET = 32, 8
LEARNING_RATE, WARM_UP_STEPS, DECAY_SHARE = 2e-3, 100, 0.40
CHECKPOINT_SECONDS, LOG_STEPS = 300, 100


class Training:
    """Everything a checkpoint holds. `spent` counts seconds of training, interruptions left out."""

    def __init__(self, seed: int):
        torch.manual_seed(seed)
        self.decoder, self.tables = Decoder(), Tables()
        self.curriculum = Curriculum()
        self.generator = np.random.default_rng(seed)
        self.step, self.spent, self.history = 0, 0.0, []
        parameters = [*self.decoder.parameters(), *self.tables.parameters()]
        matrices = [p for p in parameters if p.dim() > 1]
        vectors = [p for p in parameters if p.dim() <= 1]
        groups = [{"params": matrices}, {"params": vectors, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=LEARNING_RATE, betas=(0.9, 0.98), weight_decay=0.01)
        self.parameters = parameters

    def save(self, path: Path) -> None:
        state = {
            "decoder": self.decoder.state_dict(),
            "tables": self.tables.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "curriculum": asdict(self.curriculum),
            "generator": self.generator.bit_generator.state,
            "step": self.step,
            "spent": self.spent,
            "history": self.history,
        }
        partial = path.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(path)

    def load(self, path: Path) -> None:
        state = torch.load(path, weights_only=False)
        self.decoder.load_state_dict(state["decoder"])
        self.tables.load_state_dict(state["tables"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.curriculum = Curriculum(**state["curriculum"])
        self.generator.bit_generator.state = state["generator"]
        self.step, self.spent, self.history = state["step"], state["spent"], state["history"]

    def advance(self, progress: float) -> tuple[str, int, float, float]:
        """One optimiser step at `progress` (0 to 1) of the budget; returns kind, hops, loss and skill."""
        rate = min(1.0, (self.step + 1) / WARM_UP_STEPS, max(0.0, (1 - progress) / DECAY_SHARE))
        for group in self.optimiser.param_groups:
            group["lr"] = LEARNING_RATE * rate
        kind, hops, names = self.curriculum.draw(self.generator)
        questions = draw_questions(self.generator, SETS, QUESTIONS_PER_SET, names, hops)
        loss, skill = getattr(Lessons(self.decoder, self.tables, questions), kind)(self.generator)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimiser.step()
        self.step += 1
        return kind, hops, loss.item(), skill


class Averages:
    """Means of loss and skill per (kind, whether at the deepest hop) since the last log line."""

    def __init__(self):
        self.values: dict[str, list[tuple[float, float]]] = {}

    def add(self, key: str, loss: float, skill: float) -> None:
        self.values.setdefault(key, []).append((loss, skill))

    def take(self) -> dict:
        means = {key: [round(float(m), 4) for m in np.mean(pairs, 0)] for key, pairs in self.values.items()}
        self.values = {}
        return means


def run(training: Training, directory: Path, minutes: float, steps: int | None) -> None:
    checkpoint = directory / "checkpoint.pt"
    averages, last_save, clock = Averages(), training.spent, time.monotonic()
    while True:
        progress = training.step / steps if steps else training.spent / (60 * minutes)
        if progress >= 1:
            break
        kind, hops, loss, skill = training.advance(progress)
        deepest = hops == training.curriculum.hops
        averages.add(f"{kind}{'' if deepest else ' below'}", loss, skill)
        now = time.monotonic()
        training.spent += now - clock
        clock = now
        if training.curriculum.observe(kind, hops, skill):
            level = training.curriculum
            print(f"[{training.spent / 60:5.1f} min] level: {level.hops} hops, {level.names} names", flush=True)
        if training.step % LOG_STEPS == 0:
            entry = {
                "step": training.step,
                "minutes": round(training.spent / 60, 3),
                "hops": training.curriculum.hops,
                "names": training.curriculum.names,
                "means": averages.take(),
            }
            training.history.append(entry)
            print(json.dumps(entry), flush=True)
        if training.spent - last_save > CHECKPOINT_SECONDS:
            training.save(checkpoint)
            last_save = training.spent
    training.save(checkpoint)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=53, help="training time; the decay follows it")
    parser.add_argument("--steps", type=int, help="a budget in steps instead, for runs that are to repeat")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--run", type=Path, default=Path(__file__).parent / ".run", help="checkpoints go here")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    options.run.mkdir(parents=True, exist_ok=True)
    training = Training(options.seed)
    if (options.run / "checkpoint.pt").exists():
        training.load(options.run / "checkpoint.pt")
        print(f"going on from step {training.step}", flush=True)
    run(training, options.run, options.minutes, options.steps)


if __name__ == "__main__":
    main()
