import { InterlinearError } from '../contract/errors';
import { decodeSteps, stepLength } from '../contract/frame';
import { modelOfLane } from '../contract/lane-models';
import type { RunEvent } from '../contract/protocol';
import type { RunInfo } from '../contract/run';
import type { StepRecord } from '../contract/steps';
import { bundleFiles } from '../contract/trace';
import { toFloat32 } from '../models/element-types';
import { badTrace } from './bad-trace';
import type { BundleFiles } from './bundle-files';
import { diskError } from './disk-error';
import { openInterrupted } from './journal-content';
import type { TapName } from './journal-format';
import { readManifest } from './manifest-file';
import { openBundleFiles } from './open-bundle-files';
import { openSealed } from './sealed-content';
import type { Series, TraceContent } from './trace-content';

/** Floats a `steps` event carries at the most: a megabyte. */
const eventFloats = 1 << 18;

/** A recorded run, open for reading: everything the run said, and the tensors kept of its steps. Close it when done. */
export class Bundle {
  constructor(readonly content: TraceContent) {}

  get info(): RunInfo {
    return this.content.info;
  }

  /**
   * What the run said: its branches and lanes, so that a window knows at once what there will be, then the steps; ends with `finished`.
   * @param run the id these events are to carry
   */
  async *events(run: string, trace: string): AsyncGenerator<RunEvent> {
    const { info, series, branches, lanes, outcome, bytes } = this.content;
    yield { type: 'started', run, info, recorded: true };
    for (const record of branches) yield { type: 'branch', run, record };
    for (const record of lanes) yield { type: 'lane', run, record };
    for (const one of series) {
      const portion = Math.max(1, Math.floor(eventFloats / stepLength(modelOfLane(info, one.lane).layout)));
      for (let from = 0; from < one.steps.length; from += portion) {
        const packed = await this.content.packed(one, from, Math.min(from + portion, one.steps.length));
        yield { type: 'steps', run, packed };
      }
    }
    yield { type: 'finished', run, outcome, trace: { id: trace, bytes }, recordingError: null };
  }

  /** How many steps of a branch there are; 0 where there is no such branch. */
  count(lane: number, branch: number): number {
    return this.#find(lane, branch)?.steps.length ?? 0;
  }

  /** Steps of one branch, in order: `count` from the `first`. @throws InterlinearError `unknown-run` when there is no such branch */
  async steps(lane: number, branch: number, first = 0, count = Infinity): Promise<readonly StepRecord[]> {
    const series = this.#series(lane, branch);
    const end = Math.min(series.steps.length, first + count);
    return decodeSteps(modelOfLane(this.info, lane).layout, await this.content.packed(series, Math.min(first, end), end));
  }

  /** Indices of a branch's steps, ascending; none where there is no such branch. */
  indices(lane: number, branch: number): readonly number[] {
    return this.#find(lane, branch)?.steps ?? [];
  }

  /**
   * A tensor kept of a step: `residual` [L + 1, D], of which one stream can be asked for, or `thought` [D].
   * @throws InterlinearError `unknown-run` when there is no such step, `unsupported` when the step has no such tensor
   */
  async tap(
    lane: number,
    branch: number,
    step: number,
    name: TapName,
    stream?: number,
  ): Promise<{ shape: readonly number[]; data: Float32Array }> {
    const series = this.#series(lane, branch);
    // Where no step is missing, each stands in the row of its number.
    const row = series.steps[step] === step ? step : series.steps.indexOf(step);
    if (row < 0) throw new InterlinearError('unknown-run', `Lane ${lane + 1}, branch ${branch + 1} has no step ${step + 1}`);
    const stored = await this.content.tap(series, row, name, stream);
    if (!stored) throw new InterlinearError('unsupported', `No ${name} was kept of step ${step + 1}`);
    return { shape: stored.shape, data: toFloat32(name === 'residual' ? 'F16' : 'F32', stored.bytes) };
  }

  close(): Promise<void> {
    this.content.close();
    return Promise.resolve();
  }

  #find(lane: number, branch: number): Series | undefined {
    return this.content.series.find((one) => one.lane === lane && one.branch === branch);
  }

  #series(lane: number, branch: number): Series {
    const series = this.#find(lane, branch);
    if (!series) throw new InterlinearError('unknown-run', `The trace has no lane ${lane + 1}, branch ${branch + 1}`);
    return series;
  }
}

/**
 * Opens a trace: a bundle folder or a zipped bundle. One that was interrupted is read from its journal, up to the last step
 * that was completed.
 * @throws InterlinearError `unknown-trace`, `newer-trace`, `bad-trace` (naming the file and what is wrong with it), `disk-error`
 */
export async function openBundle(path: string): Promise<Bundle> {
  const files = openBundleFiles(path);
  try {
    return new Bundle(await openContent(files));
  } catch (thrown) {
    files.close();
    throw diskError(thrown, `open ${path}`);
  }
}

async function openContent(files: BundleFiles): Promise<TraceContent> {
  const source = await files.open(bundleFiles.manifest);
  const manifest = source && readManifest(source);
  if (manifest && manifest.outcome.status !== 'recording') return openSealed(files, manifest);
  const journal = await files.open(bundleFiles.journal);
  if (!journal) throw badTrace(manifest ? bundleFiles.journal : bundleFiles.manifest, 'it is missing');
  return openInterrupted(journal, files);
}
