import { stepLength } from '../contract/frame';
import { layoutsOf } from '../contract/lane-models';
import type { RunInfo } from '../contract/run';
import type { TappedStep } from '../runtime/run-sink';
import { addSteps, addTap, stepsHeadBytes, type TapName, tapHeadBytes } from './journal-format';
import { RecordBatch } from './journal-record';
import type { JournalSeries } from './journal-scan';

/** Where the steps of a run lie in the journal that is being written of it: a few numbers a step. */
export class JournalGrowth {
  /** Ordered by when a branch took its first step. */
  readonly series: JournalSeries[] = [];
  readonly #byBranch = new Map<string, JournalSeries>();
  readonly #info: RunInfo;
  readonly #batch = new RecordBatch();

  constructor(info: RunInfo) {
    this.#info = info;
  }

  /**
   * The steps of a tick as they are to be appended.
   * @param at bytes the journal has so far
   * @param elapsed milliseconds since the run started
   * @returns the bytes, to be written before the next tick is made, and what notes their places, to be called once they are written
   * @throws RangeError when a step comes after a later one: such a branch could not be read back
   */
  tick(steps: readonly TappedStep[], at: number, elapsed: number): { readonly bytes: Uint8Array; readonly written: () => void } {
    const batch = this.#batch;
    batch.clear();
    const places = steps.map(({ record, residual, thought }): Record<TapName, number> => {
      this.#checkOrder(record.lane, record.branch, record.index);
      return {
        residual: at + addTap(batch, record, 'residual', residual) + tapHeadBytes,
        thought: thought === null ? -1 : at + addTap(batch, record, 'thought', thought) + tapHeadBytes,
      };
    });
    const layoutOf = layoutsOf(this.#info);
    const records = steps.map((step) => step.record);
    const packed = at + addSteps(batch, records, layoutOf, elapsed);
    const written = (): void => {
      let place = packed + stepsHeadBytes;
      steps.forEach(({ record: { lane, branch, index } }, i) => {
        const series = this.#of(lane, branch);
        series.steps.push(index);
        series.offsets.push(place);
        place += 4 * stepLength(layoutOf(lane));
        series.taps.residual.push(places[i]?.residual ?? -1);
        series.taps.thought.push(places[i]?.thought ?? -1);
      });
    };
    return { bytes: batch.bytes, written };
  }

  #of(lane: number, branch: number): JournalSeries {
    const key = `${lane}/${branch}`;
    const known = this.#byBranch.get(key);
    if (known) return known;
    const series: JournalSeries = { lane, branch, steps: [], offsets: [], taps: { residual: [], thought: [] } };
    this.#byBranch.set(key, series);
    this.series.push(series);
    return series;
  }

  #checkOrder(lane: number, branch: number, step: number): void {
    if (step <= (this.#byBranch.get(`${lane}/${branch}`)?.steps.at(-1) ?? -1))
      throw new RangeError(`Lane ${lane}, branch ${branch}: step ${step} comes after a later one`);
  }
}
