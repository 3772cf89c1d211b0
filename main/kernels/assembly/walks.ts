import { walkPart } from '../../measures/assembly/walk';
import { thread } from './thread';

/** What is asked of one row of logits: see measures/assembly/walk.ts. */
// @ts-ignore: decorator
@unmanaged
export class RowWalk {
  temperature: f64;
  kept: i32;
  excluded: usize;
  excludedCount: i32;
  /** Where the results of its parts come to lie, and the bytes of one. */
  to: usize;
  bytes: i32;
}

/** From one of them to the next: filled up to a multiple of 8. */
const bytesOfRow: usize = 32;

/** Walks over rows of logits, a part of one a chunk. */
// @ts-ignore: decorator
@unmanaged
export class Walks {
  /** [rows, vocabulary], which no other chunk reads. */
  logits: usize;
  vocabulary: i32;
  /** Logits of a part, and parts of a row. */
  size: i32;
  parts: i32;
  /** `RowWalk` of each row. */
  rows: usize;
  /** Room of each thread, and its bytes. */
  room: usize;
  roomOfThread: i32;
}

export function walkRows(job: Walks, chunk: i32): void {
  const row = chunk / job.parts, part = chunk % job.parts;
  const asked = changetype<RowWalk>(job.rows + <usize>row * bytesOfRow);
  const first = part * job.size;
  walkPart(
    job.logits + (<usize>(row * job.vocabulary + first) << 2), first, min(job.size, job.vocabulary - first),
    asked.kept, asked.temperature, asked.excluded, asked.excludedCount, asked.to + <usize>(part * asked.bytes),
    job.room + <usize>(thread * job.roomOfThread),
  );
}
