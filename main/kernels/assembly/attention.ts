import { sum4 } from './lanes';
import { softmax } from './vectors';

/*
 * Attention of new positions over three segments: the prompt's, the row's own and the new positions themselves. Keys and values lie
 * position after position, [batch, Hkv, Hd, capacity], so everything runs along lines of positions. Scores of a query head are one line:
 * segment after segment, each filled up to a multiple of 4 with minus infinity.
 *
 * Three jobs: scores, their softmax, and the mixture of values; each is cut finely enough for one row to occupy several threads.
 */

// @ts-ignore: decorator
@unmanaged
export class Attention {
  /** B · T */
  rows: i32;
  /** T */
  added: i32;
  keyValueHeads: i32;
  /** H / Hkv */
  group: i32;
  /** Hd, a multiple of 4. */
  headWidth: i32;
  /** [rows, H, Hd], multiplied with 1 / √Hd. */
  queries: usize;
  /** Of each segment: where keys and values are, places a line has, and floats from one row of the batch to the next, 0 where shared. */
  promptKeys: usize;
  promptValues: usize;
  promptCapacity: i32;
  promptStride: i32;
  ownKeys: usize;
  ownValues: usize;
  ownCapacity: i32;
  ownStride: i32;
  addedKeys: usize;
  addedValues: usize;
  addedCapacity: i32;
  addedStride: i32;
  /** Places filled, i32 [B] each. */
  promptFilled: usize;
  ownFilled: usize;
  /** Where the second and third segment begin in a line of scores. */
  ownStart: i32;
  addedStart: i32;
  /** Length of a line of scores, a multiple of 4. */
  line: i32;
  /** Positions of a line that a chunk scores, a multiple of 4. */
  positionsAtOnce: i32;
  /** Elements of a value that a chunk mixes, a multiple of 4. */
  elementsAtOnce: i32;
  /** [rows, H, line] */
  scores: usize;
  /** [rows, H · Hd] */
  to: usize;
}

/** Scores of four positions as far as eight elements of queries and keys give them. */
// @ts-ignore: decorator
@inline
function eightElements(
  q0: v128, q1: v128, q2: v128, q3: v128, q4: v128, q5: v128, q6: v128, q7: v128, keys: usize, stride: usize,
): v128 {
  const k4 = keys + 4 * stride;
  return f32x4.add(
    f32x4.add(
      f32x4.add(f32x4.mul(q0, v128.load(keys)), f32x4.mul(q1, v128.load(keys + stride))),
      f32x4.add(f32x4.mul(q2, v128.load(keys + 2 * stride)), f32x4.mul(q3, v128.load(keys + 3 * stride))),
    ),
    f32x4.add(
      f32x4.add(f32x4.mul(q4, v128.load(k4)), f32x4.mul(q5, v128.load(k4 + stride))),
      f32x4.add(f32x4.mul(q6, v128.load(k4 + 2 * stride)), f32x4.mul(q7, v128.load(k4 + 3 * stride))),
    ),
  );
}

/** Four elements: for heads whose width is no multiple of 8. */
// @ts-ignore: decorator
@inline
function fourElements(q: usize, keys: usize, stride: usize): v128 {
  return f32x4.add(
    f32x4.add(f32x4.mul(v128.load32_splat(q), v128.load(keys)), f32x4.mul(v128.load32_splat(q, 4), v128.load(keys + stride))),
    f32x4.add(
      f32x4.mul(v128.load32_splat(q, 8), v128.load(keys + 2 * stride)),
      f32x4.mul(v128.load32_splat(q, 12), v128.load(keys + 3 * stride)),
    ),
  );
}

/**
 * Scores of positions from `first` to `end` of one segment, for all heads of a group. Four positions at a time: what is read beyond
 * the last one lies in the next line, or in the room after the last array, and is hidden afterwards.
 */
function scoreSegment(
  queries: usize, group: i32, width: i32, keys: usize, capacity: i32, first: i32, end: i32, scores: usize, line: i32,
): void {
  const stride = <usize>capacity << 2;
  const from = <usize>first << 2;
  const until = <usize>((end + 3) & ~3) << 2;
  for (let head = 0; head < group; head++) {
    const to = scores + (<usize>(head * line) << 2);
    for (let at = from; at < until; at += 16) v128.store(to + at, f32x4.splat(0));
  }
  let d = 0;
  for (; d + 8 <= width; d += 8) {
    const k = keys + <usize>d * stride;
    for (let head = 0; head < group; head++) {
      const q = queries + (<usize>(head * width + d) << 2);
      const to = scores + (<usize>(head * line) << 2);
      const q0 = v128.load32_splat(q), q1 = v128.load32_splat(q, 4), q2 = v128.load32_splat(q, 8), q3 = v128.load32_splat(q, 12);
      const q4 = v128.load32_splat(q, 16), q5 = v128.load32_splat(q, 20), q6 = v128.load32_splat(q, 24), q7 = v128.load32_splat(q, 28);
      for (let at = from; at < until; at += 16) {
        v128.store(to + at, f32x4.add(v128.load(to + at), eightElements(q0, q1, q2, q3, q4, q5, q6, q7, k + at, stride)));
      }
    }
  }
  if (d == width) return;
  const k = keys + <usize>d * stride;
  for (let head = 0; head < group; head++) {
    const q = queries + (<usize>(head * width + d) << 2);
    const to = scores + (<usize>(head * line) << 2);
    for (let at = from; at < until; at += 16) v128.store(to + at, f32x4.add(v128.load(to + at), fourElements(q, k + at, stride)));
  }
}

function hide(scores: usize, group: i32, line: i32, first: i32, end: i32): void {
  for (let head = 0; head < group; head++) {
    const to = scores + (<usize>(head * line) << 2);
    for (let position = first; position < end; position++) f32.store(to + (<usize>position << 2), -Infinity);
  }
}

/** The part of a segment, which begins at `start` in a line and ends at `next`, that lies between `first` and `end`. */
function scorePart(
  job: Attention, queries: usize, keys: usize, capacity: i32, filled: i32, start: i32, next: i32, first: i32, end: i32, scores: usize,
): void {
  const from = max(first, start);
  const until = min(end, next);
  const seen = min(until, start + filled);
  const to = scores + (<usize>start << 2);
  if (from < seen) scoreSegment(queries, job.group, job.headWidth, keys, capacity, from - start, seen - start, to, job.line);
  if (max(from, seen) < until) hide(scores, job.group, job.line, max(from, seen), until);
}

/** Chunks: rows × Hkv × parts of a line. */
export function score(job: Attention, chunk: i32): void {
  const parts = (job.line + job.positionsAtOnce - 1) / job.positionsAtOnce;
  const part = chunk % parts;
  const head = (chunk / parts) % job.keyValueHeads;
  const row = chunk / parts / job.keyValueHeads;
  const batch = row / job.added;
  const heads = job.keyValueHeads * job.group;
  const queries = job.queries + (<usize>((row * heads + head * job.group) * job.headWidth) << 2);
  const scores = job.scores + (<usize>((row * heads + head * job.group) * job.line) << 2);
  const first = part * job.positionsAtOnce;
  const end = min(first + job.positionsAtOnce, job.line);
  const lines = head * job.headWidth;
  const prompt = i32.load(job.promptFilled + (<usize>batch << 2));
  const own = i32.load(job.ownFilled + (<usize>batch << 2));
  const promptKeys = job.promptKeys + (<usize>(batch * job.promptStride + lines * job.promptCapacity) << 2);
  const ownKeys = job.ownKeys + (<usize>(batch * job.ownStride + lines * job.ownCapacity) << 2);
  const addedKeys = job.addedKeys + (<usize>(batch * job.addedStride + lines * job.addedCapacity) << 2);
  scorePart(job, queries, promptKeys, job.promptCapacity, prompt, 0, job.ownStart, first, end, scores);
  scorePart(job, queries, ownKeys, job.ownCapacity, own, job.ownStart, job.addedStart, first, end, scores);
  scorePart(job, queries, addedKeys, job.addedCapacity, (row % job.added) + 1, job.addedStart, job.line, first, end, scores);
}

/** Chunks: rows × H. */
export function normalizeScores(job: Attention, chunk: i32): void {
  const line = job.scores + (<usize>(chunk * job.line) << 2);
  softmax(line, line, job.line);
}

/** What a segment gives to four elements of a value, for all heads of a group. */
function mixSegment(
  weights: usize, line: i32, group: i32, values: usize, capacity: i32, filled: i32, to: usize, width: i32, adds: bool,
): void {
  const stride = <usize>capacity << 2;
  const v0 = values;
  const v1 = v0 + stride;
  const v2 = v1 + stride;
  const v3 = v2 + stride;
  const until = <usize>(filled & ~3) << 2;
  for (let head = 0; head < group; head++) {
    const w = weights + (<usize>(head * line) << 2);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (let at: usize = 0; at < until; at += 16) {
      const p = v128.load(w + at);
      s0 = f32x4.add(s0, f32x4.mul(p, v128.load(v0 + at)));
      s1 = f32x4.add(s1, f32x4.mul(p, v128.load(v1 + at)));
      s2 = f32x4.add(s2, f32x4.mul(p, v128.load(v2 + at)));
      s3 = f32x4.add(s3, f32x4.mul(p, v128.load(v3 + at)));
    }
    let r0 = sum4(s0);
    let r1 = sum4(s1);
    let r2 = sum4(s2);
    let r3 = sum4(s3);
    for (let position = filled & ~3; position < filled; position++) {
      const one = <usize>position << 2;
      const p = f32.load(w + one);
      r0 += p * f32.load(v0 + one);
      r1 += p * f32.load(v1 + one);
      r2 += p * f32.load(v2 + one);
      r3 += p * f32.load(v3 + one);
    }
    const out = to + (<usize>(head * width) << 2);
    f32.store(out, adds ? f32.load(out) + r0 : r0);
    f32.store(out, adds ? f32.load(out, 4) + r1 : r1, 4);
    f32.store(out, adds ? f32.load(out, 8) + r2 : r2, 8);
    f32.store(out, adds ? f32.load(out, 12) + r3 : r3, 12);
  }
}

/** Chunks: rows × Hkv × parts of a value. */
export function mix(job: Attention, chunk: i32): void {
  const width = job.headWidth;
  const parts = (width + job.elementsAtOnce - 1) / job.elementsAtOnce;
  const part = chunk % parts;
  const head = (chunk / parts) % job.keyValueHeads;
  const row = chunk / parts / job.keyValueHeads;
  const batch = row / job.added;
  const heads = job.keyValueHeads * job.group;
  const weights = job.scores + (<usize>((row * heads + head * job.group) * job.line) << 2);
  const prompt = i32.load(job.promptFilled + (<usize>batch << 2));
  const own = i32.load(job.ownFilled + (<usize>batch << 2));
  const end = min((part + 1) * job.elementsAtOnce, width);
  for (let d = part * job.elementsAtOnce; d < end; d += 4) {
    const lines = head * width + d;
    const to = job.to + (<usize>((row * heads + head * job.group) * width + d) << 2);
    const promptValues = job.promptValues + (<usize>(batch * job.promptStride + lines * job.promptCapacity) << 2);
    const ownValues = job.ownValues + (<usize>(batch * job.ownStride + lines * job.ownCapacity) << 2);
    const addedValues = job.addedValues + (<usize>(batch * job.addedStride + lines * job.addedCapacity) << 2);
    const ownWeights = weights + (<usize>job.ownStart << 2);
    const addedWeights = weights + (<usize>job.addedStart << 2);
    mixSegment(weights, job.line, job.group, promptValues, job.promptCapacity, prompt, to, width, false);
    mixSegment(ownWeights, job.line, job.group, ownValues, job.ownCapacity, own, to, width, true);
    mixSegment(addedWeights, job.line, job.group, addedValues, job.addedCapacity, (row % job.added) + 1, to, width, true);
  }
}
