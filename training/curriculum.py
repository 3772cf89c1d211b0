"""Curriculum by skill, not by time: a level (hops, names) ends when both latent skills are there."""

from dataclasses import dataclass, field

from language import NAME_COUNT

MAXIMUM_HOPS = 6
KINDS = ("walk", "frontier", "answer", "cot", "search", "direct")
FIRST_MIX = (0.30, 0.30, 0.20, 0.10, 0.05, 0.05)
"""Shares of `KINDS` at the first level: many walks, so that fact look-up forms within a minute."""
LATER_MIX = (0.03, 0.28, 0.33, 0.10, 0.20, 0.06)

FRONTIER_MASS, ANSWER_ACCURACY, LEAST_STEPS = 0.85, 0.90, 60
MEMORY = 0.9
"""Decay of the moving averages, per batch of their kind at the deepest hop."""


@dataclass
class Curriculum:
    hops: int = 1
    names: int = 8
    steps_here: int = 0
    skill: dict = field(default_factory=lambda: {"frontier": 0.0, "answer": 0.0})

    @property
    def mix(self):
        return FIRST_MIX if (self.hops, self.names) == (1, 8) else LATER_MIX

    @property
    def complete(self) -> bool:
        return self.hops == MAXIMUM_HOPS and self.names == NAME_COUNT

    def draw(self, generator) -> tuple[str, int, int]:
        """Kind, hops and names of the next batch: half at the deepest hop, half uniformly below."""
        kind = KINDS[generator.choice(len(KINDS), p=self.mix)]
        deepest = self.hops == 1 or generator.random() < 0.5
        hops = self.hops if deepest else int(generator.integers(1, self.hops))
        names = self.names
        if self.complete and generator.random() < 0.15:
            # Users will also type small families; keep those in distribution.
            names = 2 * int(generator.integers(max(hops + 1, 3), NAME_COUNT // 2))
        return kind, hops, names

    def observe(self, kind: str, hops: int, value: float) -> bool:
        """Takes a batch's skill (mass or accuracy, 0 to 1); returns whether a new level begins."""
        self.steps_here += 1
        if kind in self.skill and hops == self.hops:
            self.skill[kind] = MEMORY * self.skill[kind] + (1 - MEMORY) * value
        ready = self.skill["frontier"] > FRONTIER_MASS and self.skill["answer"] > ANSWER_ACCURACY
        if self.complete or not ready or self.steps_here < LEAST_STEPS:
            return False
        if self.names < min(2 * self.hops + 12, NAME_COUNT):
            self.names += 2
        else:
            self.hops += 1
            self.skill = {"frontier": 0.0, "answer": 0.0}
        self.steps_here = 0
        return True
