import type { LoadProgress } from '../contract/load-progress';
import type { Device } from '../contract/devices';
import type { Arithmetic } from '../graph/graph-builder';

/** How far a load is. */
export type LoadStage = Pick<LoadProgress, 'phase' | 'doneBytes' | 'totalBytes'>;

export interface LoadOptions {
  readonly device: Device;
  /** Threads for the arithmetic of one pass; by default one for a tiny model and `threadCount` for others. */
  readonly threads?: number;
  /** `exact` is for checks: several times slower with weights in 4 or 8 bits, the same with others. */
  readonly arithmetic?: Arithmetic;
  /** Told at most a hundred times while the weights are checked, once when the runtime begins, and as often while kernels of ours take them. */
  readonly onStage?: (stage: LoadStage) => void;
}
