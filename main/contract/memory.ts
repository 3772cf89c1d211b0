import { z } from 'zod';

/** Memory of the machine, in bytes. */
export const memoryFactsSchema = z.object({
  /** What programs can have without another one being pushed out. */
  availableBytes: z.number().min(0),
  totalBytes: z.number().min(0),
});
export type MemoryFacts = z.infer<typeof memoryFactsSchema>;
