import { both, exponentiate, greatest, shift, together } from './weights';
import { top } from './top';

/*
 * All that a step wants to know of its logits z, part by part of the vocabulary, so that threads share it; vocabulary-walk.ts puts parts together.
 * Of a part, at `to`:
 *
 *   f64   m, the greatest logit; minus infinity where there is none
 *   f64   Σ e^(z - m), where m of minus infinity counts as 0; NaN where a logit is none
 *   f64   Σ e^(z - m) (z - m), to which a logit of minus infinity adds nothing
 *   f64   Σ (z - m)
 *   f64   n, the greatest logit of those that may be drawn
 *   f64   Σ e^((z - n) / temperature) of each `together` logits that may be drawn, `blocks` of them
 *   f32   the highest logits, highest first, of equal ones the first first; NaN is never among them
 *   i32   their places in the vocabulary; -1 where there are no more
 */

/** Sums of blocks that a part has room for: one is at most `blocks` · `together` logits. */
const blocks: i32 = 8;
const blocksAt: usize = 40;
const highestAt: usize = blocksAt + (<usize>blocks << 3);

/** Of the room: a block filled up, differences from the greatest, exponentials, and the logits of what is excluded. */
const shiftedAt: usize = <usize>together << 2;
const exponentialsAt: usize = shiftedAt + (<usize>together << 3);
const excludedAt: usize = exponentialsAt + (<usize>together << 3);

/** So many logits from `from` on, filled up to a multiple of 4 with minus infinity. @returns where they lie */
function filledUp(from: usize, count: i32, room: usize): usize {
  if ((count & 3) == 0) return from;
  memory.copy(room, from, <usize>count << 2);
  for (let index = count; (index & 3) != 0; index++) f32.store(room + (<usize>index << 2), -Infinity);
  return room;
}

/** What logits are compared with. */
function reference(maximum: f64): f64 {
  return maximum == -Infinity ? 0 : maximum;
}

/** Σ e^((z - maximum) / temperature) of at most `together` logits. */
function sumOf(from: usize, count: i32, maximum: f64, temperature: f64, room: usize): f64 {
  const exponentials = room + exponentialsAt, end = exponentials + (<usize>((count + 3) & ~3) << 3);
  shift(filledUp(from, count, room), (count + 3) & ~3, reference(maximum), 1 / temperature, room + shiftedAt);
  exponentiate(room + shiftedAt, (count + 3) & ~3, exponentials);
  let sum = f64x2.splat(0);
  for (let at = exponentials; at < end; at += 32) sum = f64x2.add(sum, f64x2.add(v128.load(at), v128.load(at, 16)));
  return both(sum);
}

/** Sums at temperature 1 of all logits, those of each block too. */
function measure(from: usize, count: i32, to: usize, room: usize): void {
  const maximum = <f64>greatest(from, count);
  const least = f64x2.splat(-1e4), nothing = f64x2.splat(0);
  const shifted = room + shiftedAt, exponentials = room + exponentialsAt;
  let weighted = nothing, shifts = nothing;
  let sum: f64 = 0, rest: f64 = 0;
  let block = to + blocksAt;
  for (let begin = 0; begin < count; begin += together, block += 8) {
    const some = min(together, count - begin), padded = (some + 3) & ~3, whole = some & ~3;
    shift(filledUp(from + (<usize>begin << 2), some, room), padded, reference(maximum), 1, shifted);
    exponentiate(shifted, padded, exponentials);
    let weights = nothing;
    for (let at: usize = 0; at < <usize>padded << 3; at += 32) {
      const first = v128.load(shifted + at), last = v128.load(shifted + at, 16);
      const one = v128.load(exponentials + at), other = v128.load(exponentials + at, 16);
      weights = f64x2.add(weights, f64x2.add(one, other));
      // Where the weight is 0 the shift may be infinite, and their product no number.
      weighted = f64x2.add(weighted, f64x2.add(f64x2.mul(one, f64x2.pmax(first, least)), f64x2.mul(other, f64x2.pmax(last, least))));
      if (at < <usize>whole << 3) shifts = f64x2.add(shifts, f64x2.add(first, last));
    }
    for (let index = whole; index < some; index++) rest += f64.load(shifted + (<usize>index << 3));
    f64.store(block, both(weights));
    sum += f64.load(block);
  }
  f64.store(to, maximum);
  f64.store(to, sum, 8);
  f64.store(to, both(weighted), 16);
  f64.store(to, both(shifts) + rest, 24);
}

/**
 * What may be drawn at a temperature, of logits whose excluded ones are minus infinity by now. Where nothing is excluded, what `measure` found at
 * temperature 1 stays.
 */
function measureDrawn(from: usize, count: i32, temperature: f64, excludesAny: bool, to: usize, room: usize): void {
  const maximum = excludesAny ? <f64>greatest(from, count) : f64.load(to);
  f64.store(to, maximum, 32);
  if (!excludesAny && temperature == 1) return;
  let block = to + blocksAt;
  for (let begin = 0; begin < count; begin += together, block += 8)
    f64.store(block, sumOf(from + (<usize>begin << 2), min(together, count - begin), maximum, temperature, room));
}

/** Puts the excluded ones of `count` logits from `from` on, the first of which is token `first`, to minus infinity. @returns whether there are any */
function exclude(from: usize, first: i32, count: i32, excluded: usize, excludedCount: i32, kept: usize): bool {
  let any = false;
  for (let index: usize = 0; index < <usize>excludedCount << 2; index += 4) {
    const place = i32.load(excluded + index) - first;
    if (place < 0 || place >= count) continue;
    const at = from + (<usize>place << 2);
    f32.store(kept + index, f32.load(at));
    f32.store(at, -Infinity);
    any = true;
  }
  return any;
}

function putBack(from: usize, first: i32, count: i32, excluded: usize, excludedCount: i32, kept: usize): void {
  for (let index: usize = 0; index < <usize>excludedCount << 2; index += 4) {
    const place = i32.load(excluded + index) - first;
    if (place >= 0 && place < count) f32.store(from + (<usize>place << 2), f32.load(kept + index));
  }
}

/**
 * @param from logits of a part, which are as before in the end
 * @param first the first one's place in the vocabulary
 * @param kept how many of the highest
 * @param temperature what is drawn at; 0 where nothing is
 * @param excluded tokens that may not be drawn, each once, 32-bit integers
 * @param room 20 · `together` bytes, and 4 for each excluded token
 */
export function walkPart(
  from: usize, first: i32, count: i32, kept: i32, temperature: f64, excluded: usize, excludedCount: i32, to: usize, room: usize,
): void {
  measure(from, count, to, room);
  const values = to + highestAt, places = values + (<usize>kept << 2);
  const found = kept > 0 ? top(from, count, kept, values, places) : 0;
  for (let index = 0; index < kept; index++) {
    const place = places + (<usize>index << 2);
    i32.store(place, index < found ? i32.load(place) + first : -1);
  }
  if (temperature == 0) return;
  const excludesAny = exclude(from, first, count, excluded, excludedCount, room + excludedAt);
  measureDrawn(from, count, temperature, excludesAny, to, room);
  if (excludesAny) putBack(from, first, count, excluded, excludedCount, room + excludedAt);
}
