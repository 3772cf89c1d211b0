import { InterlinearError } from '../contract/errors';
import { modelOfLane } from '../contract/lane-models';
import type { BranchRecord, LaneRecord, RunInfo, RunOutcome } from '../contract/run';
import type { TapName } from './journal-format';

/** The steps of one branch: `steps[row]` is the step's index, ascending. */
export interface Series {
  readonly lane: number;
  readonly branch: number;
  readonly steps: readonly number[];
}

/** Where a tensor's elements lie as they are on disk: f16 for residual streams, f32 for thoughts. */
export interface StoredTap {
  readonly shape: readonly number[];
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A recorded run, wherever it is read from: the files of a finished bundle, or the journal of one that was interrupted. */
export interface TraceContent {
  readonly info: RunInfo;
  readonly lanes: readonly LaneRecord[];
  readonly branches: readonly BranchRecord[];
  readonly outcome: RunOutcome;
  /** Ordered by lane, then branch. */
  readonly series: readonly Series[];
  /** Rows `from` to `to` (exclusive) of a series, packed as `encodeSteps` does. */
  packed(series: Series, from: number, to: number): Promise<Float32Array<ArrayBuffer>>;
  hasTap(series: Series, row: number, name: TapName): Promise<boolean>;
  /**
   * Null where the step has no such tensor.
   * @param stream one of the residual streams alone, [D]
   */
  tap(series: Series, row: number, name: TapName, stream?: number): Promise<StoredTap | null>;
  /** Bytes on disk. */
  readonly bytes: number;
  close(): void;
}

/** Shape of a tensor kept of every step of a lane. */
export function tapShape(info: RunInfo, lane: number, name: TapName): readonly number[] {
  const { layout, model } = modelOfLane(info, lane);
  return name === 'residual' ? [layout.streams, model.width] : [model.width];
}

/** What is read of a tensor kept of a step: all of it, or one of its streams. Bytes from its beginning. */
export function tapPart(
  info: RunInfo,
  lane: number,
  name: TapName,
  stream: number | undefined,
): { readonly shape: readonly number[]; readonly offset: number; readonly bytes: number } {
  const shape = tapShape(info, lane, name);
  const whole = tapBytes(info, lane, name);
  const [streams, ...vector] = shape;
  if (stream === undefined || streams === undefined || vector.length === 0) return { shape, offset: 0, bytes: whole };
  if (!Number.isInteger(stream) || stream < 0 || stream >= streams)
    throw new InterlinearError('bad-request', `The model has no residual stream ${stream}.`);
  return { shape: vector, offset: (whole / streams) * stream, bytes: whole / streams };
}

/** Bytes of one such tensor on disk. */
export function tapBytes(info: RunInfo, lane: number, name: TapName): number {
  const elementBytes = name === 'residual' ? 2 : 4;
  return tapShape(info, lane, name).reduce((product, size) => product * size, elementBytes);
}
