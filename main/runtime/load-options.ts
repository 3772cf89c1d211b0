import type { Device } from '../contract/model';
import type { Arithmetic } from '../graph/graph-builder';

export interface LoadOptions {
  readonly device: Device;
  /** Threads for the arithmetic of one pass; by default one for a tiny model and one a core for others. */
  readonly threads?: number;
  /** `exact` is for checks: several times slower with weights in 4 or 8 bits, the same with others. */
  readonly arithmetic?: Arithmetic;
}
