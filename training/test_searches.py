"""Wandering chains: what they may say and what they are to learn."""

import unittest

import numpy as np

from families import draw_questions
from language import ANSWER, END, FIRST_NAME, ID
from searches import GO_ON, draw_searches


class WanderingChains(unittest.TestCase):
    def test_targets_are_distributions_until_the_end_and_nothing_after(self):
        generator = np.random.default_rng(5)
        for hops in range(1, 7):
            searches = draw_searches(generator, draw_questions(generator, 16, 4, 24, hops))
            total = searches.targets.sum(-1)
            np.testing.assert_allclose(total[total > 0], 1, atol=1e-6)
            self.assertTrue((np.diff((total > 0).astype(int), axis=1) <= 0).all())

    def test_every_name_is_a_child_of_somebody_visited_and_dead_ends_may_give_up(self):
        generator = np.random.default_rng(6)
        q = draw_questions(generator, 40, 2, 24, 4)
        searches = draw_searches(generator, q)
        for row in range(80):
            people, parents = list(q.people[row]), q.parents[row]
            children = {p: {people[c] for c in range(1, 12) if people[parents[c]] == p} for p in people}
            seen, answer, right = {q.root[row]}, q.answer[row], [q.root[row], *q.path[row]]
            current = q.root[row]
            for token, target in zip(searches.ids[row, 1:], searches.targets[row]):
                names = set(np.flatnonzero(target[FIRST_NAME:]))
                if current == answer:
                    self.assertEqual(target[ID[ANSWER]], 1)
                    break
                if current in right:
                    self.assertEqual(names, {right[right.index(current) + 1]})
                elif children[current]:
                    self.assertEqual(names, children[current])
                else:
                    self.assertAlmostEqual(float(target[ID[END]]), 1 - GO_ON, places=5)
                    self.assertEqual(names, {next(name for name in right if name not in seen)})
                current = token - FIRST_NAME
                self.assertTrue(any(current in children[name] for name in seen))
                self.assertNotIn(current, seen)
                seen.add(current)


if __name__ == "__main__":
    unittest.main()
