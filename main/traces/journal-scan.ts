import { z } from 'zod';
import { stepLength } from '../contract/frame';
import { layoutsOf } from '../contract/lane-models';
import { tapNames } from '../contract/protocol';
import { type BranchRecord, branchRecordSchema, type LaneRecord, laneRecordSchema, type RunInfo, runInfoSchema } from '../contract/run';
import { traceSchemaVersion } from '../contract/trace';
import { badTrace, newerTrace } from './bad-trace';
import type { ByteSource } from './byte-source';
import { infoFault } from './check-info';
import { decodeHead, headBytes, recordTypes, stepsHeadBytes, tapHeadBytes } from './journal-format';
import { recordChecksum, recordHeadBytes } from './journal-record';
import { pause } from './pause';
import { tapBytes } from './trace-content';

/** Where the steps of one branch and their tensors lie in the journal; all arrays have the same length. */
export interface JournalSeries {
  readonly lane: number;
  readonly branch: number;
  readonly steps: number[];
  /** Byte offset of each packed step. */
  readonly offsets: number[];
  /** Byte offset of each tensor's values, or -1 where the step has none. */
  readonly taps: Readonly<Record<(typeof tapNames)[number], number[]>>;
}

export interface JournalIndex {
  readonly info: RunInfo;
  /** The last word on each branch and lane. */
  readonly branches: readonly BranchRecord[];
  readonly lanes: readonly LaneRecord[];
  /** Ordered by lane, then branch. */
  readonly series: readonly JournalSeries[];
  /** Milliseconds from the start to the last recorded step. */
  readonly elapsed: number;
  /** What is wrong with the bytes after the last whole record, when they are more than one unfinished record; else null. */
  readonly damage: string | null;
}

class IndexBuilder {
  info: RunInfo | null = null;
  elapsed = 0;
  readonly #branches = new Map<string, BranchRecord>();
  readonly #lanes = new Map<number, LaneRecord>();
  readonly #series = new Map<string, JournalSeries>();
  /** Tensors whose step has not come yet. */
  readonly #pending = new Map<string, number>();

  /** @param offset of the payload in the file */
  take(type: number, payload: Uint8Array, offset: number): void {
    if (!this.info) {
      if (type !== recordTypes.info) throw new Error('the first record does not say what was run');
      this.info = readJson(runInfoSchema, payload);
      const fault = infoFault(this.info);
      if (fault !== null) throw new Error(fault);
      return;
    }
    if (type === recordTypes.steps) this.#takeSteps(this.info, payload, offset);
    else if (type === recordTypes.tap) this.#takeTap(this.info, payload, offset);
    else if (type === recordTypes.branch) {
      const record = readJson(branchRecordSchema, payload);
      this.#branches.set(`${record.lane}/${record.branch}`, record);
    } else if (type === recordTypes.lane) {
      const record = readJson(laneRecordSchema, payload);
      this.#lanes.set(record.lane, record);
    } else throw new Error(`a record of the unknown type ${type}`);
  }

  #takeSteps(info: RunInfo, payload: Uint8Array, offset: number): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    const places = placesIn(view, info);
    if (places === null) throw new Error('a record of steps has the wrong length');
    const elapsed = view.getFloat64(0, true);
    if (Number.isFinite(elapsed) && elapsed >= 0) this.elapsed = elapsed;
    for (const at of places) {
      const [lane, branch, step] = [0, 4, 8].map((place) => view.getFloat32(at + place, true));
      if (!isIndex(lane) || !isIndex(branch) || !isIndex(step) || lane >= info.request.lanes.length) {
        throw new Error('a step belongs to no lane of the run');
      }
      const key = `${lane}/${branch}`;
      const series = this.#series.get(key) ?? { lane, branch, steps: [], offsets: [], taps: { residual: [], thought: [] } };
      this.#series.set(key, series);
      if (step <= (series.steps.at(-1) ?? -1)) throw new Error(`lane ${lane}, branch ${branch}: step ${step} is out of order`);
      series.steps.push(step);
      series.offsets.push(offset + at);
      for (const name of tapNames) series.taps[name].push(this.#pending.get(`${key}/${step}/${name}`) ?? -1);
    }
    this.#pending.clear();
  }

  #takeTap(info: RunInfo, payload: Uint8Array, offset: number): void {
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    if (payload.byteLength < tapHeadBytes) throw new Error('a tensor has no head');
    const [lane, branch, step, place] = [0, 4, 8, 12].map((at) => view.getUint32(at, true));
    const name = tapNames[place ?? -1];
    if (name === undefined) throw new Error('a tensor of an unknown kind');
    if (lane === undefined || payload.byteLength !== tapHeadBytes + tapBytes(info, lane, name))
      throw new Error('a tensor has the wrong size');
    this.#pending.set(`${lane}/${branch}/${step}/${name}`, offset + tapHeadBytes);
  }

  build(info: RunInfo, damage: string | null): JournalIndex {
    const byBranch = (a: { lane: number; branch: number }, b: { lane: number; branch: number }): number =>
      a.lane - b.lane || a.branch - b.branch;
    return {
      info,
      branches: [...this.#branches.values()].toSorted(byBranch),
      lanes: [...this.#lanes.values()].toSorted((a, b) => a.lane - b.lane),
      series: [...this.#series.values()].toSorted(byBranch),
      elapsed: this.elapsed,
      damage,
    };
  }
}

/** Where each step of a record begins, in bytes, or null where its length is not that of whole steps. A step begins with its lane. */
function placesIn(view: DataView, info: RunInfo): readonly number[] | null {
  if (view.byteLength < stepsHeadBytes) return null;
  const layoutOf = layoutsOf(info);
  const count = view.getUint32(8, true);
  const places: number[] = [];
  let at = stepsHeadBytes;
  for (; places.length < count && at + 4 <= view.byteLength; at += 4 * stepLength(layoutOf(view.getFloat32(at, true)))) places.push(at);
  return places.length === count && at === view.byteLength ? places : null;
}

function isIndex(value: number | undefined): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 0;
}

function readJson<T extends z.ZodType>(schema: T, payload: Uint8Array): z.infer<T> {
  const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(payload));
  return schema.parse(value);
}

/**
 * Reads a journal from start to end. A record that the writer could not finish is dropped; after a damaged one nothing more
 * can be told apart, so reading ends there and `damage` says so.
 * @throws InterlinearError `bad-trace` when not even the description of the run can be read, `newer-trace`
 */
export async function scanJournal(source: ByteSource): Promise<JournalIndex> {
  const schema = decodeHead(source.read(0, Math.min(headBytes, source.size)));
  if (schema === null) throw badTrace(source.name, 'it is not a journal');
  if (schema > traceSchemaVersion) throw newerTrace(schema);

  const builder = new IndexBuilder();
  let damage: string | null = null;
  let sincePause = 0;
  let offset = headBytes;
  while (offset + recordHeadBytes <= source.size) {
    const head = source.read(offset, recordHeadBytes);
    const view = new DataView(head.buffer);
    const length = view.getUint32(0, true);
    const start = offset + recordHeadBytes;
    if (start + length > source.size) break;
    const payload = source.read(start, length);
    try {
      if (view.getUint32(8, true) !== recordChecksum(head, payload)) throw new Error('a record does not have its checksum');
      builder.take(view.getUint32(4, true), payload, start);
    } catch (thrown) {
      damage = `damaged at byte ${offset}: ${reason(thrown)}; what came after is lost`;
      break;
    }
    offset = start + length;
    sincePause += length;
    if (sincePause > 1 << 22) {
      sincePause = 0;
      await pause();
    }
  }
  if (!builder.info) throw badTrace(source.name, damage ?? 'it ends before it says what was run');
  return builder.build(builder.info, damage);
}

function reason(thrown: unknown): string {
  if (thrown instanceof z.ZodError) return z.prettifyError(thrown).split('\n', 1).join('');
  return thrown instanceof Error ? thrown.message : String(thrown);
}
