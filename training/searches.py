"""Chains that went wrong, with what to say next at every point of them.

A chain trained on right paths alone has never seen a dead end, and fills it with a guess between the candidates:
then a majority of chains only repeats the guess. So the model also reads chains that wander, and learns at
every position what a good chain would do from there (imitation on visited states, as in DAgger, arXiv 1011.0686):

- on the right path: go on along it; on a wrong one: any child;
- at a dead end: go on with the next name of the right path (an unvisited child of somebody visited), or
  give up: ⟨end⟩ without an answer.

The model cannot see ahead, so at a dead end its share for going on is spread over every unvisited child. A chain
at temperature 1 goes on in two of three cases; a greedy one only where one child is likelier than not.
"""

from dataclasses import dataclass

import numpy as np

from families import Questions
from language import ANSWER, END, FIRST_FACT, FIRST_NAME, ID, THINK

GO_ON = 2 / 3
"""Share of going on at a dead end, against giving up."""
HINTED = 0.5
"""How often the wandering chain itself goes on with the right name, so that long chains see answers too."""


@dataclass(frozen=True)
class Searches:
    """Wandering chains, padded with ⟨end⟩ to a common length."""

    ids: np.ndarray
    """[B, length] int64: ⟨think⟩, names, ⟨answer⟩, the answer."""
    targets: np.ndarray
    """[B, length, non-facts] f32: distribution of the next token; all zero at padding."""


def draw_searches(generator: np.random.Generator, q: Questions) -> Searches:
    """One wandering chain for every question."""
    rows, nodes = np.arange(len(q.root)), q.parents.shape[1]
    answer, length = q.walked[:, -1], nodes + 2
    is_child = q.parents[:, None, :] == np.arange(nodes)[:, None]
    is_child[:, 0, 0] = False
    ids = np.full((len(rows), length), ID[END])
    targets = np.zeros((len(rows), length, FIRST_FACT), np.float32)
    ids[:, 0] = ID[THINK]

    current = q.walked[:, 0]
    visited = np.zeros((len(rows), nodes), bool)
    visited[rows, current] = True
    wandering = np.ones(len(rows), bool)
    for step in range(nodes):
        found = wandering & (current == answer)
        targets[found, step, ID[ANSWER]] = 1
        ids[found, step + 1] = ID[ANSWER]
        targets[found, step + 1, q.answer[found] + FIRST_NAME] = 1
        if step + 2 < length:
            ids[found, step + 2] = q.answer[found] + FIRST_NAME
            targets[found, step + 2, ID[END]] = 1
        wandering = wandering & ~found
        if not wandering.any():
            break

        # The visited names of the right path are its beginning; the next one is where to go on.
        reached = np.take_along_axis(visited, q.walked, 1).sum(1)
        onward = q.walked[rows, np.minimum(reached, q.hops)]
        children = is_child[rows, current]
        dead_end = ~children.any(1)
        on_path = current == q.walked[rows, reached - 1]

        go_on = np.where(on_path, 1.0, np.where(dead_end, GO_ON, 0.0)) * wandering
        targets[rows, step, q.people[rows, onward] + FIRST_NAME] += go_on
        targets[:, step, ID[END]] += np.where(dead_end & wandering, 1 - GO_ON, 0)
        strays = wandering & ~on_path & ~dead_end
        share = children / np.maximum(children.sum(1, keepdims=True), 1) * strays[:, None]
        np.add.at(targets[:, step], (rows[:, None], q.people + FIRST_NAME), share)

        unvisited = (is_child & visited[:, :, None]).any(1) & ~visited
        options = np.where(dead_end[:, None], unvisited, children)
        chosen = (generator.random(options.shape) * options).argmax(1)
        hinted = dead_end & (generator.random(len(rows)) < HINTED)
        current = np.where(wandering, np.where(hinted, onward, chosen), current)
        visited[rows[wandering], current[wandering]] = True
        ids[wandering, step + 1] = q.people[rows, current][wandering] + FIRST_NAME

    used = int(targets.any((0, 2)).sum())
    return Searches(ids[:, :used], targets[:, :used])
