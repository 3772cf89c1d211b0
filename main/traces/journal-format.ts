import { crc32 } from 'node:zlib';
import { encodeSteps, type LaneLayouts } from '../contract/frame';
import { tapNames } from '../contract/protocol';
import type { BranchRecord, LaneRecord, RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';
import { traceSchemaOf } from '../contract/trace';
import { encodeHalf } from '../models/half';

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
export const recordHeadBytes = 12;
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

/** The checksum a record must carry. @param start its length and type, 8 bytes */
export function recordChecksum(start: Uint8Array, payload: Uint8Array): number {
  return crc32(payload, crc32(start.subarray(0, 8)));
}

function encodeRecord(type: number, payload: Uint8Array): Uint8Array {
  const record = new Uint8Array(recordHeadBytes + payload.byteLength);
  const view = new DataView(record.buffer);
  view.setUint32(0, payload.byteLength, true);
  view.setUint32(4, type, true);
  view.setUint32(8, recordChecksum(record, payload), true);
  record.set(payload, recordHeadBytes);
  return record;
}

const encodeJson = (type: number, value: unknown): Uint8Array => encodeRecord(type, Buffer.from(JSON.stringify(value), 'utf8'));

export const encodeInfo = (info: RunInfo): Uint8Array => encodeJson(recordTypes.info, info);
export const encodeBranch = (record: BranchRecord): Uint8Array => encodeJson(recordTypes.branch, record);
export const encodeLane = (record: LaneRecord): Uint8Array => encodeJson(recordTypes.lane, record);

/** @param elapsed milliseconds since the run started */
export function encodeStepsRecord(steps: readonly StepRecord[], layouts: LaneLayouts, elapsed: number): Uint8Array {
  const packed = encodeSteps(steps, layouts);
  const payload = new Uint8Array(stepsHeadBytes + packed.byteLength);
  const view = new DataView(payload.buffer);
  view.setFloat64(0, elapsed, true);
  view.setUint32(8, steps.length, true);
  payload.set(new Uint8Array(packed.buffer), stepsHeadBytes);
  return encodeRecord(recordTypes.steps, payload);
}

/** Residual streams are kept as halves, thoughts in full: a thought is an input and must repeat the run exactly. */
export function encodeTap(step: StepRecord, tap: TapName, values: Float32Array): Uint8Array {
  const data = tap === 'residual' ? encodeHalf(values) : new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const payload = new Uint8Array(tapHeadBytes + data.byteLength);
  const view = new DataView(payload.buffer);
  [step.lane, step.branch, step.index, tapNames.indexOf(tap)].forEach((value, i) => {
    view.setUint32(4 * i, value, true);
  });
  payload.set(data, tapHeadBytes);
  return encodeRecord(recordTypes.tap, payload);
}
