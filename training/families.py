"""Data: two families of identical shape, shuffled facts, and questions only reachability can answer.

The wrong candidate is the right one's twin (same place, other family). Without that, models find shortcuts:
depth, number of children or the number of facts about a name already give the answer away.
"""

from dataclasses import dataclass

import numpy as np

from language import FIRST_NAME, ID, NAME_COUNT, fact_id

MAXIMUM_CHILDREN = 3
MAXIMUM_DEPTH = 6


@dataclass(frozen=True)
class Questions:
    """A batch of S sets of facts with Q questions each; B = S·Q rows, the questions of a set adjacent."""

    hops: int
    facts: np.ndarray
    """[S, F] int64, token ids of the shuffled facts, F = names − 2."""
    candidates: np.ndarray
    """[B, 2] int64, name indices in the order they are asked."""
    root: np.ndarray
    """[B] int64, name index of the root asked about."""
    path: np.ndarray
    """[B, hops] int64, name indices below the root; the last is the answer."""
    frontier: np.ndarray
    """[B, hops, 24] bool; [b, j−1, n] says whether name n is exactly j hops below the root."""
    children: np.ndarray
    """[B, hops, 24] bool; [b, j, n] says whether name n is a child of the j-th name of root + path."""

    people: np.ndarray
    """[B, nodes] int64, name index of every node of the family asked about."""
    parents: np.ndarray
    """[B, nodes] int64, parent of every node; node 0 is the family's eldest and its own parent."""
    walked: np.ndarray
    """[B, hops + 1] int64, nodes from the root asked about down to the answer."""

    @property
    def answer(self) -> np.ndarray:
        """[B] int64, name index of the right candidate."""
        return self.path[:, -1]

    @property
    def wrong(self) -> np.ndarray:
        """[B] int64, name index of the other candidate."""
        return np.where(self.candidates[:, 0] == self.answer, self.candidates[:, 1], self.candidates[:, 0])

    def question_ids(self) -> np.ndarray:
        """[B, 6] int64: `? c1 or c2 from root`."""
        rows = len(self.root)
        column = lambda token: np.full(rows, ID[token])
        first, second = (self.candidates + FIRST_NAME).T
        return np.stack([column("?"), first, column("or"), second, column("from"), self.root + FIRST_NAME], 1)


def draw_shapes(generator: np.random.Generator, count: int, nodes: int, chain: int):
    """Random rooted trees with a chain of `chain` edges from node 0 guaranteed.

    Returns parents [count, nodes] (0 for the root itself) and distances [count, nodes, nodes]: edges from
    ancestor a down to d, −1 where a is no ancestor of d. Every node has at most three children.
    """
    rows = np.arange(count)
    parents = np.zeros((count, nodes), np.int64)
    depth = np.zeros((count, nodes), np.int64)
    degree = np.zeros((count, nodes), np.int64)
    distance = np.full((count, nodes, nodes), -1)
    distance[:, 0, 0] = 0
    for node in range(1, nodes):
        if node <= chain:
            parent = np.full(count, node - 1)
        else:
            open_places = (degree[:, :node] < MAXIMUM_CHILDREN) & (depth[:, :node] < MAXIMUM_DEPTH)
            parent = (generator.random((count, node)) * open_places).argmax(1)
        parents[:, node] = parent
        depth[:, node] = depth[rows, parent] + 1
        degree[rows, parent] += 1
        above = distance[rows, :, parent]
        distance[:, :, node] = np.where(above >= 0, above + 1, -1)
        distance[:, node, node] = 0
    return parents, distance


def draw_questions(
    generator: np.random.Generator, sets: int, per_set: int, names: int, hops: int
) -> Questions:
    """Draws `sets`·`per_set` questions over `names` names (half in each family) at exactly `hops` hops."""
    nodes = names // 2
    parents, distance = draw_shapes(generator, sets, nodes, hops)
    person = generator.random((sets, NAME_COUNT)).argsort(1)[:, :names].reshape(sets, 2, nodes)

    facts = fact_id(np.take_along_axis(person, parents[:, None, :], 2)[:, :, 1:], person[:, :, 1:])
    facts = facts.reshape(sets, -1)
    facts = np.take_along_axis(facts, generator.random(facts.shape).argsort(1), 1)

    pair_weight = generator.random((sets, per_set, nodes * nodes)) * (distance == hops).reshape(sets, 1, -1)
    top, bottom = np.divmod(pair_weight.argmax(2).reshape(-1), nodes)
    family = generator.integers(0, 2, sets * per_set)
    of_set = np.repeat(np.arange(sets), per_set)
    name = person[of_set, family]
    answer, twin = name[np.arange(len(of_set)), bottom], person[of_set, 1 - family, bottom]
    swap = generator.random(len(of_set)) < 0.5
    candidates = np.where(swap[:, None], np.stack([twin, answer], 1), np.stack([answer, twin], 1))

    climb = [bottom]
    for _ in range(hops):
        climb.append(parents[of_set, climb[-1]])
    walked = np.stack(climb[::-1], 1)

    return Questions(
        hops=hops,
        facts=facts,
        candidates=candidates,
        root=np.take_along_axis(name, top[:, None], 1)[:, 0],
        path=np.take_along_axis(name, walked[:, 1:], 1),
        frontier=_names_at(name, distance[of_set, top][:, None, :] == np.arange(1, hops + 1)[:, None]),
        children=_names_at(name, distance[of_set[:, None], walked[:, :-1]] == 1),
        people=name,
        parents=parents[of_set],
        walked=walked,
    )


def _names_at(name: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Turns a mask over nodes [B, J, nodes] into one over names [B, J, 24]; `name` is [B, nodes]."""
    mask = np.zeros((*nodes.shape[:2], NAME_COUNT), bool)
    np.put_along_axis(mask, np.broadcast_to(name[:, None, :], nodes.shape), nodes, 2)
    return mask
