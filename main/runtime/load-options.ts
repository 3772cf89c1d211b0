import type { Device } from '../contract/model';

export interface LoadOptions {
  readonly device: Device;
  /** Threads for the arithmetic of one pass; by default one for a tiny model and one a core for others. */
  readonly threads?: number;
}
