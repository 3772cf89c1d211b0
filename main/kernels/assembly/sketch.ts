import { roundRow } from './inputs';
import { setTwo, sum4, total4 } from './lanes';
import { normalizeRow } from './rows';
import { thread } from './thread';
import { LensRows, logitOf, readListed } from './token-rows';

/*
 * Which tokens matter to a lens, found without the whole product of the vocabulary: see quick-lens.ts of the folder above.
 *
 * A sketch stands for the unembedding, [V, K] with few components K, in 8 bits with signs. Sixteen tokens lie together, as in sixteens.ts: four
 * components of each of the sixteen, then the next four. A row's components are bytes from 1 to 127, of which 64 is nothing, so that one instruction
 * multiplies four of them with four of a token's and adds them to a sum, on every processor to the same; `starts` is what is 64 times too much.
 */

/** What stands for 0 among a row's components. */
const nothing: i32 = 64;
/** The sum that tokens begin with which there are not. */
const never: i32 = -0x4000_0000;

// @ts-ignore: decorator
@inline
function dot(sums: v128, sketch: v128, components: v128): v128 {
  return i32x4.relaxed_dot_i8x16_i7x16_add_s(sketch, components, sums);
}

// @ts-ignore: decorator
@unmanaged
export class SketchPacking {
  /** [count, V]: products of the unembedding with some of the directions. */
  products: usize;
  vocabulary: i32;
  count: i32;
  /** Place of the first of them, and how many there are in all; multiples of 4. */
  first: i32;
  components: i32;
  /** [count]: see `Reach`. */
  middles: usize;
  sizes: usize;
  sketch: usize;
  /** [V, rounded up to 16] */
  starts: usize;
}

/** Chunks: sixteen tokens. */
export function packSketch(job: SketchPacking, chunk: i32): void {
  const components = job.components, first = job.first;
  const to = job.sketch + <usize>(chunk * components << 4);
  for (let component = 0; component < job.count; component++) {
    const from = job.products + (<usize>component * <usize>job.vocabulary << 2);
    const middle = f32.load(job.middles + (<usize>component << 2)), size = f32.load(job.sizes + (<usize>component << 2));
    const factor: f32 = size > 0 ? 127 / size : 0;
    const place = first + component;
    const at = to + (<usize>(place >> 2) << 6) + <usize>(place & 3);
    for (let token = 0; token < 16; token++) {
      const number = (chunk << 4) + token;
      const value = number < job.vocabulary ? (f32.load(from + (<usize>number << 2)) - middle) * factor : <f32>0;
      i32.store8(at + (<usize>token << 2), <i32>nearest(max<f32>(-127, min<f32>(127, value))));
    }
  }
  if (first + job.count < components) return;
  for (let token = 0; token < 16; token++) {
    let sum = 0;
    for (let quad = 0; quad < components >> 2; quad++) {
      const at = to + (<usize>quad << 6) + (<usize>token << 2);
      sum += i32.load8_s(at) + i32.load8_s(at, 1) + i32.load8_s(at, 2) + i32.load8_s(at, 3);
    }
    const number = (chunk << 4) + token;
    i32.store(job.starts + (<usize>number << 2), number < job.vocabulary ? -nothing * sum : never);
  }
}

// @ts-ignore: decorator
@unmanaged
export class SketchedRows extends LensRows {
  /** How rows are normalised: see rows.ts. */
  kind: i32;
  /** The first row, and bytes from one to the next. */
  from: usize;
  apart: i32;
  width: i32;
  epsilon: f32;
  scale: usize;
  bias: usize;
  to: usize;
  /** [components, width] directions, in units of the sketch. */
  directions: usize;
  components: i32;
  /** [probes, components] of the sketch, of the first copies. */
  probes: i32;
  ofProbes: usize;
  /** How far below the highest logit known a candidate may be, and how many deviations of the sketch below that. */
  depth: f32;
  deviations: f32;
  /** [rows, components] */
  bytesOfRows: usize;
  /** [rows] sums of the sketch: what a candidate is above, and what stands for the logit of the first that is listed. */
  cuts: usize;
  targets: usize;
}

/** Components of a row as bytes. @returns what a unit of a sum stands for */
function putComponents(job: SketchedRows, row: i32): f32 {
  const from = job.to + (<usize>(row * job.width) << 2), end = from + (<usize>job.width << 2);
  const components = job.components, bytes = job.bytesOfRows + <usize>(row * components);
  // They lie where the logits of the row will.
  const values = job.logits + (<usize>(row * job.stride) << 2);
  let direction = job.directions, greatest: f32 = 0;
  for (let component = 0; component < components; component++) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (let at = from; at < end; at += 64, direction += 64) {
      a = f32x4.add(a, f32x4.mul(v128.load(at), v128.load(direction)));
      b = f32x4.add(b, f32x4.mul(v128.load(at, 16), v128.load(direction, 16)));
      c = f32x4.add(c, f32x4.mul(v128.load(at, 32), v128.load(direction, 32)));
      d = f32x4.add(d, f32x4.mul(v128.load(at, 48), v128.load(direction, 48)));
    }
    const value = sum4(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    f32.store(values + (<usize>component << 2), value);
    greatest = max(greatest, abs(value));
  }
  const unit = greatest / 63, inverse: f32 = unit > 0 ? 1 / unit : 0;
  for (let component = 0; component < components; component++)
    i32.store8(bytes + <usize>component, nothing + <i32>nearest(f32.load(values + (<usize>component << 2)) * inverse));
  return unit;
}

/** A logit less `by` as a sum of the sketch. */
function sumOf(logit: f64, by: f64, unit: f32): i32 {
  return <i32>max(-1e9, min(1e9, (logit - by) / <f64>unit));
}

/** Chunks: rows. */
export function sketchRow(job: SketchedRows, chunk: i32): void {
  const row = chunk, at = <usize>(row * job.width) << 2, components = job.components, blocks = job.blocks;
  normalizeRow(job.kind, job.from + <usize>row * <usize>job.apart, job.width, job.epsilon, job.scale, job.bias, job.to + at);
  roundRow(job, job.to + at, row);
  const unit = putComponents(job, row);

  // How far the sketch is from what is exact, by the tokens it is tried on.
  const floats = <usize>(row * ((blocks + 3) & ~3)) << 2, x = job.integers + (<usize>(row * blocks) << 6);
  const bytes = job.bytesOfRows + <usize>(row * components);
  let ofLogits: f64 = 0, ofSketch: f64 = 0, logitSquares: f64 = 0, sketchSquares: f64 = 0, products: f64 = 0;
  for (let probe = 0; probe < job.probes; probe++) {
    let sums = i32x4.splat(0), ones = sums;
    const sketch = job.ofProbes + <usize>(probe * components);
    for (let i: usize = 0; i < <usize>components; i += 16) {
      sums = dot(sums, v128.load(sketch + i), v128.load(bytes + i));
      ones = dot(ones, v128.load(sketch + i), i8x16.splat(<i8>nothing));
    }
    const logit = <f64>logitOf(job.copies + <usize>(probe * job.bytes), x, job.scales + floats, job.sums + floats, blocks);
    const sketched = <f64>unit * <f64>total4(i32x4.sub(sums, ones));
    ofLogits += logit;
    ofSketch += sketched;
    logitSquares += logit * logit;
    sketchSquares += sketched * sketched;
    products += logit * sketched;
  }
  const count = <f64>job.probes, logitMean = ofLogits / count, sketchMean = ofSketch / count;
  const logitVariance = logitSquares / count - logitMean * logitMean, sketchVariance = sketchSquares / count - sketchMean * sketchMean;
  const covariance = products / count - logitMean * sketchMean;
  const mean = logitMean - sketchMean, deviation = Math.sqrt(max<f64>(0, logitVariance + sketchVariance - 2 * covariance));

  readListed(job, row);
  const logits = job.logits + (<usize>(row * job.stride) << 2), listed = i32.load(job.counts + (<usize>row << 2));
  let highest: f32 = -Infinity;
  for (let index = 0; index < listed; index++) highest = max(highest, f32.load(logits + (<usize>index << 2)));
  i32.store(job.cuts + (<usize>row << 2), sumOf(<f64>highest - <f64>job.depth - <f64>job.deviations * deviation, mean, unit));
  // The sketch spreads less than what it stands for: as many deviations above its mean, not as many nats.
  const spread = logitVariance > 0 ? Math.sqrt(sketchVariance / logitVariance) : 1;
  i32.store(job.targets + (<usize>row << 2), sumOf(sketchMean + (<f64>f32.load(logits) - logitMean) * spread, 0, unit));
}

// @ts-ignore: decorator
@unmanaged
export class SketchScan {
  rows: i32;
  components: i32;
  bytesOfRows: usize;
  cuts: usize;
  targets: usize;
  vocabulary: i32;
  sketch: usize;
  starts: usize;
  /** Tokens of a part, a multiple of 16, and parts. */
  size: i32;
  parts: i32;
  /** [rows, parts, most] tokens that were found, [rows, parts] how many there are, found or not for want of room. */
  found: usize;
  most: i32;
  counts: usize;
  /** [rows, parts] tokens above the target, where it is no candidate itself. */
  above: usize;
  /** 80 bytes a row, rows rounded up to 4, for each thread. */
  room: usize;
  roomOfThread: i32;
}

/** Sums of sixteen tokens with all rows, four at once. */
function sumSixteen(w: usize, start: usize, x: usize, components: usize, to: usize, end: usize): void {
  const wEnd = w + (components << 4);
  for (; to < end; to += 256, x += 3 * components) {
    let a0 = v128.load(start), b0 = v128.load(start, 16), c0 = v128.load(start, 32), d0 = v128.load(start, 48);
    let a1 = v128.load(start), b1 = v128.load(start, 16), c1 = v128.load(start, 32), d1 = v128.load(start, 48);
    let a2 = v128.load(start), b2 = v128.load(start, 16), c2 = v128.load(start, 32), d2 = v128.load(start, 48);
    let a3 = v128.load(start), b3 = v128.load(start, 16), c3 = v128.load(start, 32), d3 = v128.load(start, 48);
    for (let at = w; at < wEnd; at += 64) {
      const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48);
      let y = v128.load32_splat(x);
      a0 = dot(a0, a, y);
      b0 = dot(b0, b, y);
      c0 = dot(c0, c, y);
      d0 = dot(d0, d, y);
      y = v128.load32_splat(x + components);
      a1 = dot(a1, a, y);
      b1 = dot(b1, b, y);
      c1 = dot(c1, c, y);
      d1 = dot(d1, d, y);
      y = v128.load32_splat(x + 2 * components);
      a2 = dot(a2, a, y);
      b2 = dot(b2, b, y);
      c2 = dot(c2, c, y);
      d2 = dot(d2, d, y);
      y = v128.load32_splat(x + 3 * components);
      a3 = dot(a3, a, y);
      b3 = dot(b3, b, y);
      c3 = dot(c3, c, y);
      d3 = dot(d3, d, y);
      x += 4;
    }
    setTwo(to, a0, b0);
    setTwo(to + 32, c0, d0);
    setTwo(to + 64, a1, b1);
    setTwo(to + 96, c1, d1);
    setTwo(to + 128, a2, b2);
    setTwo(to + 160, c2, d2);
    setTwo(to + 192, a3, b3);
    setTwo(to + 224, c3, d3);
  }
}

/** Chunks: parts. */
export function scanSketch(job: SketchScan, chunk: i32): void {
  const rows = job.rows, even = (rows + 3) & ~3, components = job.components, most = job.most;
  const sums = job.room + <usize>(thread * job.roomOfThread), above = sums + (<usize>even << 6);
  for (let row = 0; row < rows; row++) {
    v128.store(above + (<usize>row << 4), i32x4.splat(0));
    i32.store(job.counts + (<usize>(row * job.parts + chunk) << 2), 0);
  }
  const end = min((chunk + 1) * job.size, job.vocabulary);
  for (let token = chunk * job.size; token < end; token += 16) {
    const w = job.sketch + <usize>token * <usize>components, start = job.starts + (<usize>token << 2);
    sumSixteen(w, start, job.bytesOfRows, components, sums, above);
    for (let row = 0; row < rows; row++) {
      const at = sums + (<usize>row << 6);
      const a = v128.load(at), b = v128.load(at, 16), c = v128.load(at, 32), d = v128.load(at, 48);
      const least = i32.load(job.cuts + (<usize>row << 2)), ofTarget = i32.load(job.targets + (<usize>row << 2));
      if (ofTarget <= least) {
        const target = i32x4.splat(ofTarget), count = above + (<usize>row << 4);
        const four = i32x4.add(i32x4.add(i32x4.gt_s(a, target), i32x4.gt_s(b, target)), i32x4.add(i32x4.gt_s(c, target), i32x4.gt_s(d, target)));
        v128.store(count, i32x4.sub(v128.load(count), four));
      }
      const cut = i32x4.splat(least);
      const ab = v128.or(i32x4.gt_s(a, cut), i32x4.gt_s(b, cut)), cd = v128.or(i32x4.gt_s(c, cut), i32x4.gt_s(d, cut));
      if (!v128.any_true(v128.or(ab, cd))) continue;
      const place = <usize>(row * job.parts + chunk) << 2, found = job.found + place * <usize>most;
      let so = i32.load(job.counts + place);
      for (let index = 0; index < 16; index++) {
        if (i32.load(at + (<usize>index << 2)) <= least) continue;
        if (so < most) i32.store(found + (<usize>so << 2), token + index);
        so++;
      }
      i32.store(job.counts + place, so);
    }
  }
  for (let row = 0; row < rows; row++) i32.store(job.above + (<usize>(row * job.parts + chunk) << 2), total4(v128.load(above + (<usize>row << 4))));
}

// @ts-ignore: decorator
@unmanaged
export class SketchLists {
  places: usize;
  /** As `SketchScan` has left them. */
  found: usize;
  mostFound: i32;
  foundCounts: usize;
  parts: i32;
  /** [rows, most] tokens known, to be followed by those that were found, [rows] how many there are; -1 where they are too many. */
  listed: usize;
  most: i32;
  counts: usize;
  /** [rows, most] those of them without a copy, [rows] how many there are. */
  missing: usize;
  missingCounts: usize;
  /** A bit for each token, all 0 before and afterwards, for each thread. */
  room: usize;
  roomOfThread: i32;
}

/** Chunks: rows. */
export function listCandidates(job: SketchLists, chunk: i32): void {
  const known = job.room + <usize>(thread * job.roomOfThread);
  const listed = job.listed + (<usize>(chunk * job.most) << 2), missing = job.missing + (<usize>(chunk * job.most) << 2);
  const before = i32.load(job.counts + (<usize>chunk << 2));
  const counts = job.foundCounts + (<usize>(chunk * job.parts) << 2);
  let count = before, gaps = 0, all = before;
  for (let part = 0; part < job.parts; part++) {
    const ofPart = i32.load(counts + (<usize>part << 2));
    all += ofPart > job.mostFound ? job.most : ofPart;
    if (all > job.most) {
      i32.store(job.counts + (<usize>chunk << 2), -1);
      i32.store(job.missingCounts + (<usize>chunk << 2), 0);
      return;
    }
  }
  for (let index = 0; index < before; index++) {
    const token = i32.load(listed + (<usize>index << 2)), byte = known + <usize>(token >> 3);
    i32.store8(byte, i32.load8_u(byte) | (1 << (token & 7)));
  }
  for (let part = 0; part < job.parts; part++) {
    const found = job.found + (<usize>((chunk * job.parts + part) * job.mostFound) << 2), ofPart = i32.load(counts + (<usize>part << 2));
    for (let index = 0; index < ofPart; index++) {
      const token = i32.load(found + (<usize>index << 2));
      if ((i32.load8_u(known + <usize>(token >> 3)) >> (token & 7) & 1) != 0) continue;
      i32.store(listed + (<usize>count << 2), token);
      count++;
      if (i32.load(job.places + (<usize>token << 2)) >= 0) continue;
      i32.store(missing + (<usize>gaps << 2), token);
      gaps++;
    }
  }
  for (let index = 0; index < before; index++) i32.store8(known + <usize>(i32.load(listed + (<usize>index << 2)) >> 3), 0);
  i32.store(job.counts + (<usize>chunk << 2), count);
  i32.store(job.missingCounts + (<usize>chunk << 2), gaps);
}
