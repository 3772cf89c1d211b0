import { exponentials4 } from './exponential';
import { largest4, setTwo } from './lanes';
import { thread } from './thread';

/*
 * What a lens says of rows of logits z, part by part of the vocabulary: the parts of a row are put together by logit-parts.ts of the folder
 * above. Of each part, one after the other:
 *
 *   f64   Σ w, with w = e^(z - m) in 32 bits
 *   f64   Σ w (z - m), to which a logit of minus infinity adds nothing
 *   f32   m, the greatest logit, or 0 where none is finite
 *   i32   how many come before the row's target: a higher logit, or as high a one with a lower number
 *   f32   the highest logits, highest first, of equal ones the first first; NaN is never among them
 *   i32   their tokens; -1 where there are no more
 */

// @ts-ignore: decorator
@unmanaged
export class LogitParts {
  /** [rows, vocabulary] */
  logits: usize;
  vocabulary: i32;
  /** Logits of a part, a multiple of 8, and parts of a row. */
  size: i32;
  parts: i32;
  /** [rows] tokens. */
  targets: usize;
  /** How many of the highest. */
  kept: i32;
  /** [rows, parts], `bytes` each. */
  to: usize;
  bytes: i32;
  /** 8 · size bytes a thread. */
  room: usize;
}

/** The greatest of `count` floats, a multiple of 8, in all lanes; NaN is passed over. */
function greatest(from: usize, count: i32): f32 {
  const end = from + (<usize>count << 2);
  let one = f32x4.splat(-Infinity), other = one;
  for (let at = from; at < end; at += 32) {
    one = f32x4.pmax(one, v128.load(at));
    other = f32x4.pmax(other, v128.load(at, 16));
  }
  return largest4(f32x4.pmax(one, other));
}

/** e to the power of floats less `m`, their number a multiple of 8. */
function exponentiate(from: usize, count: i32, m: f32, to: usize): void {
  const end = from + (<usize>count << 2);
  const most = f32x4.splat(m);
  // Vectors of 256 bits, see wide-products.ts.
  for (; from < end; from += 32, to += 32)
    setTwo(to, exponentials4(f32x4.sub(v128.load(from), most)), exponentials4(f32x4.sub(v128.load(from, 16), most)));
}

// @ts-ignore: decorator
@inline
function firstTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(four);
}

// @ts-ignore: decorator
@inline
function lastTwo(four: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3));
}

/** Sums over logits and their weights, as they are laid down. */
function sum(logits: usize, weights: usize, count: i32, m: f32, to: usize): void {
  const end = logits + (<usize>count << 2);
  const most = f32x4.splat(m), least = f32x4.splat(-1e4);
  let low = f64x2.splat(0), high = low, lowShifted = low, highShifted = low;
  for (; logits < end; logits += 16, weights += 16) {
    const w = v128.load(weights);
    // Where the weight is 0 the shift may be infinite, and their product no number.
    const shifted = f32x4.mul(w, f32x4.pmax(f32x4.sub(v128.load(logits), most), least));
    low = f64x2.add(low, firstTwo(w));
    high = f64x2.add(high, lastTwo(w));
    lowShifted = f64x2.add(lowShifted, firstTwo(shifted));
    highShifted = f64x2.add(highShifted, lastTwo(shifted));
  }
  const both = f64x2.add(low, high), shifts = f64x2.add(lowShifted, highShifted);
  f64.store(to, f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1));
  f64.store(to, f64x2.extract_lane(shifts, 0) + f64x2.extract_lane(shifts, 1), 8);
}

/** How many of `count` floats, a multiple of 8, are greater than one, and how many of the first `earlier` equal to it. */
function before(from: usize, count: i32, one: f32, earlier: i32): i32 {
  const end = from + (<usize>count << 2);
  const four = f32x4.splat(one);
  let greater = i32x4.splat(0);
  for (let at = from; at < end; at += 16) greater = i32x4.sub(greater, f32x4.gt(v128.load(at), four));
  let found = i32x4.extract_lane(greater, 0) + i32x4.extract_lane(greater, 1) + i32x4.extract_lane(greater, 2) + i32x4.extract_lane(greater, 3);
  for (let index = 0; index < earlier; index++) found += i32(f32.load(from + (<usize>index << 2)) == one);
  return found;
}

/** The highest of `count` floats, a multiple of 8. @param first number of the first float */
function highest(from: usize, count: i32, first: i32, kept: i32, to: usize): void {
  const tokens = to + (<usize>kept << 2);
  for (let place = 0; place < kept; place++) {
    f32.store(to + (<usize>place << 2), -Infinity);
    i32.store(tokens + (<usize>place << 2), -1);
  }
  const lastPlace = <usize>(kept - 1) << 2;
  let least: f32 = -Infinity;
  for (let eight = 0; eight < count; eight += 8) {
    const at = from + (<usize>eight << 2), limit = f32x4.splat(least);
    if (!v128.any_true(v128.or(f32x4.gt(v128.load(at), limit), f32x4.gt(v128.load(at, 16), limit)))) continue;
    for (let index = eight; index < eight + 8; index++) {
      const value = f32.load(from + (<usize>index << 2));
      if (!(value > least)) continue;
      let place = lastPlace;
      for (; place > 0 && value > f32.load(to + place - 4); place -= 4) {
        f32.store(to + place, f32.load(to + place - 4));
        i32.store(tokens + place, i32.load(tokens + place - 4));
      }
      f32.store(to + place, value);
      i32.store(tokens + place, first + index);
      least = f32.load(to + lastPlace);
    }
  }
}

/** Chunks: rows × parts. */
export function readPart(job: LogitParts, chunk: i32): void {
  const row = chunk / job.parts;
  const first = (chunk % job.parts) * job.size;
  const count = min(job.size, job.vocabulary - first);
  const ofRow = job.logits + ((<usize>row * <usize>job.vocabulary) << 2);
  const logits = job.room + ((<usize>(thread * job.size)) << 3), weights = logits + (<usize>job.size << 2);
  memory.copy(logits, ofRow + (<usize>first << 2), <usize>count << 2);
  const padded = (count + 7) & ~7;
  for (let index = count; index < padded; index++) f32.store(logits + (<usize>index << 2), -Infinity);

  const greatestOfPart = greatest(logits, padded);
  const m: f32 = greatestOfPart == -Infinity ? 0 : greatestOfPart;
  const to = job.to + <usize>(chunk * job.bytes);
  exponentiate(logits, padded, m, weights);
  sum(logits, weights, padded, m, to);
  const target = i32.load(job.targets + (<usize>row << 2));
  f32.store(to, m, 16);
  i32.store(to, before(logits, padded, f32.load(ofRow + (<usize>target << 2)), max(0, min(target - first, count))), 20);
  highest(logits, padded, first, job.kept, to + 24);
}
