import { z } from 'zod';
import { devices } from './devices';

/** How far a model is on its way into memory. */
export const loadProgressSchema = z.object({
  /** Id of the model. */
  model: z.string(),
  device: z.enum(devices),
  /**
   * `checking`: its weights are read and compared with their hash; `taking`: the app's own kernels take them in; `starting`: another runtime does,
   * which nothing tells the length of.
   */
  phase: z.enum(['checking', 'taking', 'starting']),
  /** Bytes of the weights that are done in this phase, and of how many. */
  doneBytes: z.number().min(0),
  totalBytes: z.number().min(0),
});
export type LoadProgress = z.infer<typeof loadProgressSchema>;
