import type { RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';
import type { TappedStep } from '../runtime/run-sink';
import { Bundle } from '../traces/bundle-reader';
import type { TraceContent } from '../traces/trace-content';
import { MemoryRun } from './memory-run';
import type { RunSource, Tap, TapName } from './run-source';

/**
 * A run from its first step on. What is recorded is read from disk, from the journal and later from the finished bundle, so that a run
 * of any length takes little memory; only what could not be recorded is kept here.
 */
export class LiveRun implements RunSource {
  readonly info: RunInfo;
  #disk: Bundle | null;
  readonly #unrecorded: MemoryRun;
  #closed = false;

  /** @param recorded what the recorder has written so far, growing; null where it writes nothing */
  constructor(info: RunInfo, recorded: TraceContent | null) {
    this.info = info;
    this.#disk = recorded && new Bundle(recorded);
    this.#unrecorded = new MemoryRun(info);
  }

  /** Keeps steps that are not recorded. */
  keep(steps: readonly TappedStep[]): void {
    this.#unrecorded.add(steps);
  }

  /** The run is over and this is its bundle. */
  async settle(bundle: Bundle): Promise<void> {
    const journal = this.#disk;
    this.#disk = bundle;
    await (this.#closed ? this.close() : journal?.close());
  }

  async steps(lane: number, branch: number, first = 0, count = Infinity): Promise<readonly StepRecord[]> {
    const recorded = this.#disk?.count(lane, branch) ?? 0;
    const onDisk = this.#disk && first < recorded ? await this.#disk.steps(lane, branch, first, count) : [];
    const left = count - onDisk.length;
    if (left <= 0) return onDisk;
    return [...onDisk, ...(await this.#unrecorded.steps(lane, branch, Math.max(0, first - recorded), left))];
  }

  indices(lane: number, branch: number): readonly number[] {
    return [...(this.#disk?.indices(lane, branch) ?? []), ...this.#unrecorded.indices(lane, branch)];
  }

  async tap(lane: number, branch: number, step: number, name: TapName, stream?: number): Promise<Tap> {
    const recorded = this.#disk?.count(lane, branch) ?? 0;
    // Steps are numbered as they come, so those on disk are the first.
    if (this.#disk && step < recorded) return this.#disk.tap(lane, branch, step, name, stream);
    return this.#unrecorded.tap(lane, branch, step, name, stream);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const disk = this.#disk;
    this.#disk = null;
    await disk?.close();
    await this.#unrecorded.close();
  }
}
