import { scaleLines, storeKey, storeQuery, storeValue } from './caches';
import { normalizeRow } from './rows';

/** Queries, keys and values of one row a chunk: normalised and turned as the model does it, and put where attention reads them. */
// @ts-ignore: decorator
@unmanaged
export class Heads {
  /** [rows, (H + 2 Hkv) · Hd]: queries, keys, values; changed in place. */
  from: usize;
  heads: i32;
  keyValueHeads: i32;
  headWidth: i32;
  /** T: row b · T + t is position t of row b. */
  added: i32;
  /** [rows, Hd / 2], or 0 where nothing turns. */
  cosines: usize;
  sines: usize;
  /** How queries and keys are normalised, 0 = not, with scales and biases of length Hd. */
  normalization: i32;
  epsilon: f32;
  queryScale: usize;
  queryBias: usize;
  keyScale: usize;
  keyBias: usize;
  /** What queries are multiplied with: 1 / √Hd. */
  queryFactor: f32;
  /** 16: queries, keys and values are rounded; or 32. */
  bits: i32;
  /** [rows, H, Hd], integers or floats. */
  queries: usize;
  /** [rows, H] of queries that are rounded. */
  queryScales: usize;
  /** Where caches hold the rows' own, places of a line, numbers from one row to the next, and places filled before, i32 [B]. */
  keys: usize;
  values: usize;
  capacity: i32;
  stride: i32;
  filled: usize;
}

/** The largest of a rounded query: with it two sums of pairs of products still fit into 32 bits. */
const largestOfQuery: f32 = 16383;

function turn(head: usize, width: i32, cosines: usize, sines: usize): void {
  const half = <usize>(width >> 1) << 2;
  for (let at: usize = 0; at < half; at += 4) {
    const x = f32.load(head + at);
    const y = f32.load(head + half + at);
    const cosine = f32.load(cosines + at);
    const sine = f32.load(sines + at);
    f32.store(head + at, x * cosine - y * sine);
    f32.store(head + half + at, y * cosine + x * sine);
  }
}

export function prepareHeads(job: Heads, row: i32): void {
  const width = job.headWidth, heads = job.heads, keyValueHeads = job.keyValueHeads, added = job.added;
  const size = <usize>width << 2;
  const from = job.from + <usize>(row * (heads + 2 * keyValueHeads)) * size;
  const angles = <usize>(row * (width >> 1)) << 2;
  for (let head = 0; head < heads + keyValueHeads; head++) {
    const x = from + <usize>head * size;
    const scale = head < heads ? job.queryScale : job.keyScale;
    const bias = head < heads ? job.queryBias : job.keyBias;
    if (job.normalization != 0) normalizeRow(job.normalization, x, width, job.epsilon, scale, bias, x);
    if (job.cosines != 0) turn(x, width, job.cosines + angles, job.sines + angles);
  }
  for (let at = from; at < from + <usize>heads * size; at += 4) f32.store(at, f32.load(at) * job.queryFactor);
  const keys = from + <usize>heads * size;
  const values = keys + <usize>keyValueHeads * size;
  const capacity = job.capacity, batch = row / added;
  const position = i32.load(job.filled + (<usize>batch << 2)) + (row % added);
  if (job.bits == 16) {
    for (let head = 0; head < heads; head++) {
      const query = row * heads + head;
      const scale = storeQuery(from + <usize>head * size, width, largestOfQuery, job.queries + (<usize>(query * width) << 1));
      f32.store(job.queryScales + (<usize>query << 2), scale);
    }
    const line = (width + scaleLines) * capacity;
    for (let head = 0; head < keyValueHeads; head++) {
      const place = <usize>(batch * job.stride + head * line) << 1;
      storeKey(keys + <usize>head * size, width, job.keys + place, capacity, position);
      storeValue(values + <usize>head * size, width, job.values + place, capacity, position);
    }
    return;
  }
  memory.copy(job.queries + <usize>(row * heads) * size, from, <usize>heads * size);
  const line = <usize>capacity << 2;
  const lines = keyValueHeads * width;
  const place = <usize>(batch * job.stride + position) << 2;
  for (let i = 0; i < lines; i++) {
    f32.store(job.keys + place + <usize>i * line, f32.load(keys + (<usize>i << 2)));
    f32.store(job.values + place + <usize>i * line, f32.load(values + (<usize>i << 2)));
  }
}
