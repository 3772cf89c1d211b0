import { z } from 'zod';

/** What is being done for a request that takes minutes. */
export const doingSchema = z.object({
  /** In words for people. */
  what: z.string(),
  /** The pass under way, from 1, and how many there are; null where it is not made of passes, or their number is not known. */
  pass: z.number().int().min(1).nullable(),
  passes: z.number().int().min(1).nullable(),
});
export type Doing = z.infer<typeof doingSchema>;

/** "Comparing it with its reference: pass 3 of 12" */
export function doingText({ what, pass, passes }: Doing): string {
  return pass === null || passes === null ? `${what}…` : `${what}: pass ${pass} of ${passes}`;
}
