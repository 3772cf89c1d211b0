import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/**
 * The random numbers of one branch: uniform in [0, 1), 53 bits each. A stream depends on nothing but its three
 * coordinates, so a branch draws the same numbers whatever the schedule and whatever else runs.
 */
export function randomStream(seed: number, lane: number, branch: number): () => number {
  const generator = xoroshiro128plusFromState([1, 2, 3, 4].map((word) => hash([seed, lane, branch, word])));
  return () => uniformFloat64(generator);
}

/**
 * 32-bit hash of whole numbers. Users choose small seeds and lanes count from 0; fed in raw they would start the generator in
 * almost equal states, whose first numbers are almost equal too.
 * @source the finaliser of MurmurHash3 (A. Appleby, public domain), chained
 */
function hash(values: readonly number[]): number {
  let state = 0x9e3779b9;
  for (const value of values) {
    state = Math.imul(state ^ value, 0x85ebca6b);
    state ^= state >>> 13;
    state = Math.imul(state, 0xc2b2ae35);
    state ^= state >>> 16;
    state = (state + 0x9e3779b9) | 0;
  }
  return state;
}
