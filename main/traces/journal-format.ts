import { encodeSteps, type LaneLayouts } from '../contract/frame';
import { tapNames } from '../contract/protocol';
import type { BranchRecord, LaneRecord, RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';
import { traceSchemaOf } from '../contract/trace';
import { encodeHalfInto } from '../models/half';
import { RecordBatch } from './journal-record';

/**
 * `journal.bin`: 8 bytes of head, then records, little-endian, each
 *
 *     length  u32   bytes of the payload
 *     type    u32
 *     crc32   u32   of the eight bytes before it and the payload
 *     payload
 *
 * The taps of a tick come before its steps, and all of a tick is one write: a step that is there has its tensors.
 */
export const recordTypes = { info: 1, steps: 2, tap: 3, branch: 4, lane: 5 } as const;

const magic = 'ILTRACE';
/** Seven letters and the schema version in one byte. */
export const headBytes = magic.length + 1;
/** Payload of `steps` before the packed steps: milliseconds since the start (f64), number of steps (u32), zero (u32). */
export const stepsHeadBytes = 16;
/** Payload of `tap` before the values: lane, branch, step, place in `tapNames` (u32 each). */
export const tapHeadBytes = 16;

export type TapName = (typeof tapNames)[number];

export function encodeHead(info: RunInfo): Uint8Array {
  return Uint8Array.from([...Buffer.from(magic, 'latin1'), traceSchemaOf(info)]);
}

/** The schema version of a journal, or null when these are not its first bytes. */
export function decodeHead(bytes: Uint8Array): number | null {
  if (bytes.length < headBytes || Buffer.from(bytes.subarray(0, magic.length)).toString('latin1') !== magic) return null;
  return bytes[magic.length] ?? null;
}

function encodeJson(type: number, value: unknown): Uint8Array {
  const text = Buffer.from(JSON.stringify(value), 'utf8');
  const batch = new RecordBatch();
  batch.add(type, text.byteLength, (payload) => payload.set(text));
  return batch.bytes;
}

export const encodeInfo = (info: RunInfo): Uint8Array => encodeJson(recordTypes.info, info);
export const encodeBranch = (record: BranchRecord): Uint8Array => encodeJson(recordTypes.branch, record);
export const encodeLane = (record: LaneRecord): Uint8Array => encodeJson(recordTypes.lane, record);

/**
 * Adds the steps of a tick.
 * @param elapsed milliseconds since the run started
 * @returns where the record's payload begins in the batch
 */
export function addSteps(batch: RecordBatch, steps: readonly StepRecord[], layouts: LaneLayouts, elapsed: number): number {
  const packed = encodeSteps(steps, layouts);
  return batch.add(recordTypes.steps, stepsHeadBytes + packed.byteLength, (payload) => {
    const view = new DataView(payload.buffer, payload.byteOffset);
    view.setFloat64(0, elapsed, true);
    view.setUint32(8, steps.length, true);
    view.setUint32(12, 0, true);
    payload.set(new Uint8Array(packed.buffer), stepsHeadBytes);
  });
}

/**
 * Adds a tensor of a step. Residual streams are kept as halves, thoughts in full: a thought is an input and must repeat the run exactly.
 * @returns where the record's payload begins in the batch
 */
export function addTap(batch: RecordBatch, step: StepRecord, tap: TapName, values: Float32Array): number {
  const isHalf = tap === 'residual';
  return batch.add(recordTypes.tap, tapHeadBytes + (isHalf ? 2 : 4) * values.length, (payload) => {
    const view = new DataView(payload.buffer, payload.byteOffset);
    [step.lane, step.branch, step.index, tapNames.indexOf(tap)].forEach((value, i) => {
      view.setUint32(4 * i, value, true);
    });
    const data = payload.subarray(tapHeadBytes);
    if (isHalf) encodeHalfInto(data, values);
    else data.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  });
}
