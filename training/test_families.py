"""Properties of the data: the question can be answered, and only by reachability."""

import unittest

import numpy as np

from families import MAXIMUM_CHILDREN, MAXIMUM_DEPTH, draw_questions
from language import FACT_CHILDREN, FACT_PARENTS, FACTS, FIRST_FACT, NAMES, TOKENS, fact_id


def _children(facts: np.ndarray) -> dict[int, list[int]]:
    tree: dict[int, list[int]] = {}
    for fact in facts - FIRST_FACT:
        tree.setdefault(FACT_PARENTS[fact], []).append(FACT_CHILDREN[fact])
    return tree


def _levels(tree: dict[int, list[int]], root: int) -> list[set[int]]:
    levels = [{root}]
    while levels[-1]:
        levels.append({child for name in levels[-1] for child in tree.get(name, [])})
    return levels[:-1]


class Families(unittest.TestCase):
    def test_fact_ids_are_the_tokens_they_name(self):
        self.assertEqual(len(FACTS), 552)
        for parent, child in ((0, 1), (1, 0), (23, 22), (5, 23)):
            self.assertEqual(TOKENS[fact_id(parent, child)], f"{NAMES[parent]}→{NAMES[child]}")

    def test_every_question_against_a_walk_through_its_facts(self):
        generator = np.random.default_rng(3)
        for hops in range(1, 7):
            q = draw_questions(generator, 20, 4, 24, hops)
            for row in range(80):
                tree = _children(q.facts[row // 4])
                levels = _levels(tree, q.root[row])
                self.assertIn(q.answer[row], levels[hops])
                self.assertNotIn(q.wrong[row], set().union(*levels))
                self.assertIn(q.answer[row], q.candidates[row])
                for j, (name, above) in enumerate(zip(q.path[row], [q.root[row], *q.path[row]])):
                    self.assertIn(name, tree[above])
                    self.assertEqual(set(np.flatnonzero(q.children[row, j])), set(tree[above]))
                    self.assertEqual(set(np.flatnonzero(q.frontier[row, j])), levels[j + 1])

    def test_the_two_families_have_the_same_shape(self):
        q = draw_questions(np.random.default_rng(4), 50, 1, 24, 4)
        for facts in q.facts:
            tree = _children(facts)
            roots = set(tree) - {child for children in tree.values() for child in children}
            self.assertEqual(len(roots), 2)
            self.assertLessEqual(max(map(len, tree.values())), MAXIMUM_CHILDREN)
            first, second = (_shape(tree, root) for root in roots)
            self.assertEqual(first, second)
            self.assertLessEqual(len(_levels(tree, roots.pop())), MAXIMUM_DEPTH + 1)


def _shape(tree: dict[int, list[int]], root: int) -> tuple:
    return tuple(sorted(_shape(tree, child) for child in tree.get(root, [])))


if __name__ == "__main__":
    unittest.main()
