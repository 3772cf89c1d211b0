import type { Segment } from './passes';

/**
 * What every new position of a pass sees: 0 where it may look, the rest minus infinity, [B, T, places of the segments, then T].
 * @param segments in the order they are looked at
 */
export function passMask(batch: number, added: number, segments: readonly Pick<Segment, 'capacity' | 'filled'>[]): Float32Array {
  const total = segments.reduce((sum, { capacity }) => sum + capacity, added);
  const mask = new Float32Array(batch * added * total);
  for (let query = 0; query < batch * added; query++) {
    const row = Math.floor(query / added);
    let end = query * total;
    for (const { capacity, filled } of segments) {
      const seen = filled[filled.length === 1 ? 0 : row] ?? 0;
      mask.fill(-Infinity, end + seen, end + capacity);
      end += capacity;
    }
    mask.fill(-Infinity, end + (query % added) + 1, (query + 1) * total);
  }
  return mask;
}
