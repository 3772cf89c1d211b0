"""Draws the training curves of a run for the model card.

    python plot_curves.py --run .run
"""

import argparse
from pathlib import Path

import matplotlib
import torch

from export import MODEL_DIRECTORY

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend has to be chosen first)

SKILLS = {
    "frontier": "frontier mass",
    "answer": "answer after thoughts",
    "cot": "first token of the chain",
    "direct": "direct answer",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path, default=Path(__file__).parent / ".run")
    parser.add_argument("--out", type=Path, default=MODEL_DIRECTORY / "training-curves.png")
    options = parser.parse_args()
    history = torch.load(options.run / "checkpoint.pt", weights_only=False)["history"]
    figure, (skill, level) = plt.subplots(
        2, 1, figsize=(8, 5.5), sharex=True, height_ratios=(3, 1), layout="constrained"
    )
    for key, title in SKILLS.items():
        points = [(e["minutes"], e["means"][key][1]) for e in history if key in e["means"]]
        skill.plot(*zip(*points), label=title, linewidth=1.2)
    skill.set(ylabel="mass or accuracy\nat the deepest hop", ylim=(0, 1.02))
    skill.legend(loc="lower right", frameon=False)
    minutes = [e["minutes"] for e in history]
    level.step(minutes, [e["hops"] for e in history], where="post", label="hops")
    level.step(minutes, [e["names"] / 4 for e in history], where="post", label="names / 4")
    level.set(xlabel="minutes of training (2 CPU cores)", ylabel="level", ylim=(0, 7))
    level.legend(loc="lower right", frameon=False)
    figure.savefig(options.out, dpi=120)


if __name__ == "__main__":
    main()
