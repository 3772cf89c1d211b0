import { Attention, endOf, filledOf, headOf, Segment, segmentOf, segments } from './segments';
import { softmax } from './vectors';

/*
 * Attention where nothing is rounded, in 32-bit floats: for comparisons, and in no haste.
 */

function scoreSegment(job: Attention, segment: Segment, line: usize, end: i32, row: i32, head: i32, query: usize): void {
  const keys = headOf<f32>(job, segment, segment.keys, row, head);
  const seen = segment.start + filledOf(job, segment, row);
  for (let place = segment.start; place < end; place++) {
    let sum: f32 = -Infinity;
    if (place < seen) {
      sum = 0;
      let k = keys + (<usize>(place - segment.start) << 2);
      for (let x = query; x < query + (<usize>job.headWidth << 2); x += 4) {
        sum += f32.load(x) * f32.load(k);
        k += <usize>segment.capacity << 2;
      }
    }
    f32.store(line + (<usize>place << 2), sum);
  }
}

function mixSegment(job: Attention, segment: Segment, line: usize, row: i32, head: i32, to: usize, adds: bool): void {
  const filled = filledOf(job, segment, row);
  const weights = line + (<usize>segment.start << 2);
  let value = headOf<f32>(job, segment, segment.values, row, head);
  for (let d = 0; d < job.headWidth; d++) {
    let sum: f32 = adds ? f32.load(to) : 0;
    for (let place = 0; place < filled; place++) sum += f32.load(weights + (<usize>place << 2)) * f32.load(value + (<usize>place << 2));
    f32.store(to, sum);
    value += <usize>segment.capacity << 2;
    to += 4;
  }
}

/** Chunks: rows × H. */
export function attendExactly(job: Attention, chunk: i32): void {
  const heads = job.keyValueHeads * job.group;
  const row = chunk / heads, head = (chunk % heads) / job.group;
  const line = job.scores + (<usize>(chunk * job.line) << 2);
  const query = job.queries + (<usize>(chunk * job.headWidth) << 2);
  const to = job.to + (<usize>(chunk * job.headWidth) << 2);
  for (let index = 0; index < segments; index++) scoreSegment(job, segmentOf(job, index), line, endOf(job, index), row, head, query);
  softmax(line, line, job.line);
  for (let index = 0; index < segments; index++) mixSegment(job, segmentOf(job, index), line, row, head, to, index > 0);
}
