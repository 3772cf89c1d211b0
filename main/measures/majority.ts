/** Share of all branches that gave the same answer as each one, in their order; 0 for a branch without an answer. */
export function voteShares(answers: readonly (string | null)[]): number[] {
  const counts = new Map<string, number>();
  for (const answer of answers) if (answer !== null) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return answers.map((answer) => (answer === null ? 0 : (counts.get(answer) ?? 0) / answers.length));
}

/**
 * Index of the highest score; the second score decides between equals, then the lower index. Null scores lose to any
 * number. Null where nothing is eligible.
 */
export function highest(
  eligible: readonly boolean[],
  score: (index: number) => number | null,
  tieBreak: (index: number) => number | null = () => 0,
): number | null {
  let best: number | null = null;
  eligible.forEach((isEligible, index) => {
    if (!isEligible) return;
    if (best === null || (compare(score(index), score(best)) || compare(tieBreak(index), tieBreak(best))) > 0) best = index;
  });
  return best;
}

/** The sign of a - b; null is below every number, and no NaN comes of two infinities. */
function compare(a: number | null, b: number | null): number {
  const [x, y] = [a ?? -Infinity, b ?? -Infinity];
  return x === y ? 0 : x - y;
}
