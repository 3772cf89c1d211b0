import type { Decoder } from './decoder';

/** Steps before the clock counts: the first of a shape makes the runtime plan its memory, and a device compile its programs. */
const unmeasured = 2;
const mostMeasured = 12;
/** Milliseconds after which fewer steps do: a device in software may take seconds for one. */
const longEnough = 2000;

/**
 * Tokens a second of one row: the median of a few steps after a short prompt.
 * @param ids of the prompt and, over and over, of the steps
 * @param clock milliseconds from any origin
 */
export async function measureSpeed(
  decoder: Decoder,
  ids: readonly number[],
  clock: () => number = () => performance.now(),
): Promise<number> {
  const began = clock();
  const { cache: prompt } = await decoder.prefill(ids);
  const cache = decoder.newRow();
  const times: number[] = [];
  try {
    for (let step = 0; step < unmeasured + mostMeasured; step++) {
      const embedding = decoder.embedding(ids[step % ids.length] ?? 0);
      const from = clock();
      await decoder.step(prompt, [{ cache, embedding }]);
      const now = clock();
      if (step >= unmeasured) times.push(now - from);
      if (times.length > 0 && now - began > longEnough) break;
    }
  } finally {
    cache.dispose();
    prompt.dispose();
  }
  return 1000 / (times.toSorted((a, b) => a - b)[times.length >> 1] ?? NaN);
}
