/**
 * The streams below the last in the order in which a picture of them is best read: every eighth counted from the last, those halfway between,
 * and so on to all, so that the whole height is seen at once, coarsely first.
 * @param below streams below the last, 0 to before `below`
 */
export function lensOrder(below: number): readonly (readonly number[])[] {
  const rounds: number[][] = [[], [], [], []];
  for (let stream = 0; stream < below; stream++) {
    const distance = below - stream;
    rounds[distance % 8 === 0 ? 0 : distance % 4 === 0 ? 1 : distance % 2 === 0 ? 2 : 3]?.push(stream);
  }
  return rounds.filter((round) => round.length > 0);
}

/** Whether all of these streams are of the first, coarsest round. */
export function isCoarse(streams: readonly number[], below: number): boolean {
  return streams.every((stream) => (below - stream) % 8 === 0);
}
