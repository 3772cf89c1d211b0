import { z } from 'zod';
import { type Place, unreadable } from './problems';

const place: Place = 'config.json';

/** A size of a model: a whole number that no real model exceeds. */
export const size = z.number().int().min(1).max(1_000_000);

/** @throws InterlinearError `bad-model` naming the first member that is missing or not what it should be */
export function parseConfig<T>(schema: z.ZodType<T>, config: unknown): T {
  const parsed = schema.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unreadable(
    place,
    `“${issue?.path.join('.') ?? ''}”: ${issue?.message ?? 'unreadable'}.`,
    'The model is damaged or of another kind: copy or download it again.',
  );
}
