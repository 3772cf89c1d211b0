import { stepLength } from '../contract/frame';
import { modelOfLane } from '../contract/lane-models';
import type { BranchRecord, LaneRecord, RunInfo, RunOutcome } from '../contract/run';
import { badTrace } from './bad-trace';
import type { ByteSource } from './byte-source';
import { type JournalIndex, type JournalSeries, scanJournal } from './journal-scan';
import { pause } from './pause';
import { type Series, type StoredTap, tapPart, type TraceContent } from './trace-content';
import type { TapName } from './journal-format';

/** Whose file the journal is. */
interface Owner {
  /** Bytes of the bundle on disk. */
  readonly bytes: number;
  close(): void;
}

/** Reads the steps and tensors of a run out of its journal, in any order. */
class JournalContent implements TraceContent {
  readonly info;
  readonly series: readonly JournalSeries[];
  readonly lanes: readonly LaneRecord[];
  readonly branches: readonly BranchRecord[];
  readonly #source: ByteSource;
  readonly #owner: Owner;

  constructor(
    source: ByteSource,
    owner: Owner,
    index: JournalIndex,
    readonly outcome: RunOutcome,
  ) {
    this.#source = source;
    this.#owner = owner;
    this.info = index.info;
    this.series = index.series;
    this.lanes = index.lanes;
    this.branches = index.branches;
  }

  get bytes(): number {
    return this.#owner.bytes;
  }

  async packed(series: Series, from: number, to: number): Promise<Float32Array<ArrayBuffer>> {
    const length = stepLength(modelOfLane(this.info, series.lane).layout);
    const packed = new Float32Array((to - from) * length);
    const offsets = this.#own(series).offsets.slice(from, to);
    for (const [row, offset] of offsets.entries()) {
      packed.set(new Float32Array(this.#source.read(offset, 4 * length).buffer), row * length);
      if (row % 512 === 511) await pause();
    }
    return packed;
  }

  hasTap(series: Series, row: number, name: TapName): Promise<boolean> {
    return Promise.resolve((this.#own(series).taps[name][row] ?? -1) >= 0);
  }

  tap(series: Series, row: number, name: TapName, stream?: number): Promise<StoredTap | null> {
    const start = this.#own(series).taps[name][row] ?? -1;
    if (start < 0) return Promise.resolve(null);
    const { shape, offset, bytes } = tapPart(this.info, series.lane, name, stream);
    return Promise.resolve({ shape, bytes: this.#source.read(start + offset, bytes) });
  }

  close(): void {
    this.#owner.close();
  }

  #own(series: Series): JournalSeries {
    const own = this.series.find((one) => one.lane === series.lane && one.branch === series.branch);
    if (!own) throw new RangeError(`Lane ${series.lane}, branch ${series.branch} is not in this journal`);
    return own;
  }
}

/** A journal that its writer is done with: everything in it is as the run left it. */
export async function openJournal(source: ByteSource, outcome: RunOutcome): Promise<TraceContent> {
  const index = await scanJournal(source);
  if (index.damage !== null) throw badTrace(source.name, index.damage);
  return new JournalContent(source, { bytes: source.size, close: () => source.close() }, index, outcome);
}

/** A journal that is being written. @param series grows with it */
export function openLive(source: ByteSource, info: RunInfo, series: readonly JournalSeries[]): TraceContent {
  const index: JournalIndex = { info, branches: [], lanes: [], series, elapsed: 0, damage: null };
  const outcome: RunOutcome = { status: 'recording', milliseconds: 0, prefillMilliseconds: 0, parity: [], error: null };
  return new JournalContent(source, { bytes: source.size, close: () => source.close() }, index, outcome);
}

/** A journal left by a run that was killed: lanes and branches that were going on end where the recording does. */
export async function openInterrupted(source: ByteSource, owner: Owner): Promise<TraceContent> {
  const index = await scanJournal(source);
  const recorded = (lane: number, branch: number): number =>
    index.series.find((one) => one.lane === lane && one.branch === branch)?.steps.length ?? 0;
  const branches = index.branches.map((record): BranchRecord => {
    if (record.state !== 'running') return record;
    return { ...record, state: 'cancelled', steps: recorded(record.lane, record.branch) };
  });
  const lanes = index.lanes.map((record): LaneRecord => {
    if (record.state !== 'running' && record.state !== 'waiting') return record;
    const steps = index.series.filter((one) => one.lane === record.lane).reduce((sum, one) => sum + one.steps.length, 0);
    return { ...record, state: 'cancelled', steps };
  });
  const error = index.damage === null ? null : badTrace(source.name, index.damage).report();
  const outcome: RunOutcome = { status: 'interrupted', milliseconds: index.elapsed, prefillMilliseconds: 0, parity: [], error };
  return new JournalContent(source, owner, { ...index, branches, lanes }, outcome);
}
