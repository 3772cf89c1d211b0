import { z } from 'zod';
import { errorSchema } from '../contract/errors';
import { quantizations } from '../contract/library';

/** What the engine says to a process that imports a model. */
export const importOrderSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('import'),
    /** Of the library. */
    folder: z.string(),
    resources: z.string(),
    reserved: z.array(z.string()),
    request: z.object({
      source: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('path'), path: z.string() }),
        z.object({ kind: z.literal('hub'), id: z.string() }),
        z.object({ kind: z.literal('catalogue'), id: z.string() }),
      ]),
      quantize: z.enum(quantizations),
      name: z.string().optional(),
    }),
  }),
  z.object({ type: z.literal('cancel') }),
]);
export type ImportOrder = z.infer<typeof importOrderSchema>;

/** What it says to the engine. Nothing comes after `done` and `failed`. */
export const importNewsSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('progress'),
    progress: z.object({
      phase: z.string(),
      remark: z.string().nullable(),
      doneBytes: z.number(),
      totalBytes: z.number().nullable(),
      bytesPerSecond: z.number().nullable(),
      secondsLeft: z.number().nullable(),
    }),
  }),
  z.object({ type: z.literal('done'), model: z.string() }),
  z.object({ type: z.literal('failed'), error: errorSchema }),
]);
export type ImportNews = z.infer<typeof importNewsSchema>;
