import { stepLength } from '../contract/frame';
import { layoutsOf } from '../contract/lane-models';
import type { RunInfo } from '../contract/run';
import type { TappedStep } from '../runtime/run-sink';
import { encodeStepsRecord, encodeTap, recordHeadBytes, stepsHeadBytes, type TapName, tapHeadBytes } from './journal-format';
import type { JournalSeries } from './journal-scan';

/** Where the steps of a run lie in the journal that is being written of it: a few numbers a step. */
export class JournalGrowth {
  /** Ordered by when a branch took its first step. */
  readonly series: JournalSeries[] = [];
  readonly #byBranch = new Map<string, JournalSeries>();
  readonly #info: RunInfo;

  constructor(info: RunInfo) {
    this.#info = info;
  }

  /**
   * The steps of a tick as they are to be appended.
   * @param at bytes the journal has so far
   * @param elapsed milliseconds since the run started
   * @returns the bytes, and what notes their places, to be called once they are written
   * @throws RangeError when a step comes after a later one: such a branch could not be read back
   */
  tick(steps: readonly TappedStep[], at: number, elapsed: number): { readonly bytes: Uint8Array; readonly written: () => void } {
    const records: Uint8Array[] = [];
    const places: Record<TapName, number>[] = [];
    let end = at;
    const put = (record: Uint8Array): number => {
      const start = end + recordHeadBytes;
      records.push(record);
      end += record.byteLength;
      return start;
    };
    for (const { record, residual, thought } of steps) {
      this.#checkOrder(record.lane, record.branch, record.index);
      places.push({
        residual: put(encodeTap(record, 'residual', residual)) + tapHeadBytes,
        thought: thought === null ? -1 : put(encodeTap(record, 'thought', thought)) + tapHeadBytes,
      });
    }
    const layoutOf = layoutsOf(this.#info);
    const packed = put(
      encodeStepsRecord(
        steps.map((step) => step.record),
        layoutOf,
        elapsed,
      ),
    );
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
    return { bytes: Buffer.concat(records), written };
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
