import type { ParityCheck } from '../contract/run';
import type { Decoder, LoadedModel } from './decoder';
import { LensCheck } from './lens-check';
import { type Comparison, comparisonFor, parityCheck, referenceTolerance } from './parity-check';
import { checkReference } from './reference-check';
import { isTiny } from './tiny-model';

/** Rows of one batch that are read side by side. */
const rows = 2;

/** Passes of `checkDevice` over a reference of so many tokens. */
export const passesOfCheck = (tokens: number): number => tokens + 4;

/** Several checks as one: passed where all have, as far apart as the one that is nearest to its limit or past it. */
export function mergeChecks(checks: readonly ParityCheck[]): Omit<ParityCheck, 'name' | 'model'> {
  const [first, ...rest] = checks;
  if (!first) throw new Error('No checks to merge');
  const share = ({ maximumDifference, tolerance }: ParityCheck): number => maximumDifference / tolerance;
  const { maximumDifference, tolerance } = rest.reduce((worst, each) => (share(each) > share(worst) ? each : worst), first);
  const compared = checks.map((check) => `${check.compared}: ${check.maximumDifference.toExponential(1)}`).join('; ');
  return { passed: checks.every(({ passed }) => passed), maximumDifference, tolerance, compared };
}

/**
 * What the checks of a run find on a device, without a run: over the few tokens of the model's reference the lens, the cache and the
 * reference itself. A model without a reference does not pass: that passes agree with each other says nothing of what they compute.
 */
export async function checkDevice(model: LoadedModel): Promise<ParityCheck[]> {
  const { decoder, reference, summary } = model;
  const comparison = comparisonFor(decoder.inputBits, isTiny(summary.parameters));
  const missing = parityCheck('equalsReference', Infinity, 'nothing: the model was added without a reference', {
    ...comparison,
    tolerance: referenceTolerance(decoder.inputBits),
  });
  if (!reference) return [missing];
  const equal = (await checkReference(model)) ?? missing;
  return [await checkLens(decoder, reference.ids, comparison), await checkSteps(decoder, reference.ids, comparison), equal];
}

async function checkLens(decoder: Decoder, ids: readonly number[], comparison: Comparison): Promise<ParityCheck> {
  const lens = new LensCheck(comparison);
  const { cache, last } = await decoder.prefill(ids);
  cache.dispose();
  lens.observe(await decoder.lenses(last.residual.slice(-decoder.width)), last.logits);
  return lens.result(decoder);
}

/** The tokens after the first read one by one, by several rows over a shared prompt, against the same read at once. */
async function checkSteps(decoder: Decoder, ids: readonly number[], comparison: Comparison): Promise<ParityCheck> {
  const { width, vocabulary } = decoder;
  const sequence = new Float32Array(ids.length * width);
  ids.forEach((id, i) => sequence.set(decoder.embedding(id), i * width));
  const full = await decoder.full(sequence);
  const { cache } = await decoder.prefill(ids.slice(0, 1));
  const caches = Array.from({ length: rows }, () => decoder.newRow());
  let difference = 0;
  try {
    for (const [position, id] of ids.entries()) {
      if (position === 0) continue;
      const outputs = await decoder.step(
        cache,
        caches.map((row) => ({ cache: row, embedding: decoder.embedding(id) })),
      );
      for (const { hidden, logits } of outputs) {
        const at = (array: Float32Array, size: number): Float32Array => array.subarray(position * size, (position + 1) * size);
        difference = Math.max(
          difference,
          comparison.measure(hidden, at(full.hidden, width)),
          comparison.measure(logits, at(full.logits, vocabulary)),
        );
      }
    }
  } finally {
    for (const each of [...caches, cache]) each.dispose();
  }
  return parityCheck(
    'cachedEqualsUncached',
    difference,
    `hidden states and logits of ${ids.length - 1} positions in ${rows} rows`,
    comparison,
  );
}
