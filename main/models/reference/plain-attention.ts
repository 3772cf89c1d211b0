import type { DecoderSpec, RotarySpec } from '../../graph/decoder-spec';

/**
 * Turns coordinates i and i + Hd / 2 of every head at position p by the angle p · θ^(-2i / Hd) / factor i, in place.
 * @param perHead [T, heads, Hd]
 * @source arXiv 2104.09864, section 3.2.2
 */
export function turn(perHead: Float64Array, heads: number, headWidth: number, spec: RotarySpec): void {
  const { theta, frequencyFactors, magnitude = 1 } = spec;
  const half = headWidth / 2;
  for (let start = 0; start < perHead.length; start += headWidth) {
    const position = Math.floor(start / (heads * headWidth));
    for (let pair = 0; pair < half; pair++) {
      const angle = (position * theta ** ((-2 * pair) / headWidth)) / (frequencyFactors?.[pair] ?? 1);
      const cosine = Math.cos(angle) * magnitude;
      const sine = Math.sin(angle) * magnitude;
      const a = perHead[start + pair] ?? NaN;
      const b = perHead[start + half + pair] ?? NaN;
      perHead[start + pair] = a * cosine - b * sine;
      perHead[start + half + pair] = b * cosine + a * sine;
    }
  }
}

/**
 * Every position's mix of the values of itself and those before it: softmax(q · k / √Hd) over them.
 * @param queries [T, H, Hd] @param keys [T, Hkv, Hd] @param values [T, Hkv, Hd]
 * @returns [T, H, Hd]
 */
export function attend(queries: Float64Array, keys: Float64Array, values: Float64Array, spec: DecoderSpec): Float64Array {
  const { heads, keyValueHeads, headWidth } = spec;
  const positions = queries.length / (heads * headWidth);
  const mixed = new Float64Array(queries.length);
  for (let position = 0; position < positions; position++) {
    for (let head = 0; head < heads; head++) {
      const from = (position * heads + head) * headWidth;
      const read = Math.floor((head * keyValueHeads) / heads);
      const place = (seen: number): number => (seen * keyValueHeads + read) * headWidth;
      const scores = Array.from({ length: position + 1 }, (_, seen) => {
        let score = 0;
        for (let i = 0; i < headWidth; i++) score += (queries[from + i] ?? NaN) * (keys[place(seen) + i] ?? NaN);
        return score / Math.sqrt(headWidth);
      });
      const highest = Math.max(...scores);
      const shares = scores.map((score) => Math.exp(score - highest));
      const total = shares.reduce((sum, share) => sum + share, 0);
      shares.forEach((share, seen) => {
        for (let i = 0; i < headWidth; i++) {
          mixed[from + i] = (mixed[from + i] ?? NaN) + (share / total) * (values[place(seen) + i] ?? NaN);
        }
      });
    }
  }
  return mixed;
}
