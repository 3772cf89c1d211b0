import { z } from 'zod';
import { errorSchema } from '../contract/errors';
import { decoderSpecSchema } from '../models/decoder-spec-schema';

const floatsSchema = z.instanceof(Float32Array);

/** What the process that reads lenses is asked: one question at a time. */
export const lensQuestionSchema = z.object({
  type: z.literal('read'),
  id: z.number().int(),
  lens: z.object({ path: z.string(), hash: z.string(), spec: decoderSpecSchema }),
  /** [N, D] */
  residuals: floatsSchema,
  /** N token ids. */
  targets: z.instanceof(Int32Array),
  /** Candidates kept of each reading. */
  count: z.number().int().min(1),
});
export type LensQuestion = z.infer<typeof lensQuestionSchema>;

/** What it says: that it has started, and an answer to every question: `packed` as `encodeReadings` gives it, and how long that took. */
export const lensAnswerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('readings'), id: z.number().int(), packed: floatsSchema, milliseconds: z.number() }),
  z.object({ type: z.literal('failed'), id: z.number().int(), error: errorSchema }),
]);
export type LensAnswer = z.infer<typeof lensAnswerSchema>;
