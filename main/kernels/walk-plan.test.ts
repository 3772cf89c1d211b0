import { afterAll, expect, it } from 'vitest';
import { walkOver } from '../measures/vocabulary-walk';
import { excludedOf, partSize, readWalk, type WalkRequest, walkSizes } from '../measures/walk-parts';
import { Kernels } from './kernels';
import { WalkPlan } from './walk-plan';

const kernels = new Kernels(3);
afterAll(async () => kernels.dispose());

const vocabulary = 2 * partSize + 4_099;
const requests: readonly WalkRequest[] = [
  { kept: 9, drawing: null },
  { kept: 3, drawing: { temperature: 1, excluded: [] } },
  // The first is among the highest; of the others one is named twice, and one is not there.
  { kept: 20, drawing: { temperature: 1, excluded: [7, partSize, partSize, vocabulary] } },
  { kept: 1, drawing: { temperature: 0.7, excluded: [vocabulary - 1] } },
  { kept: 0, drawing: { temperature: 0, excluded: [] } },
];

it('walks over rows on all threads as one thread does over each, to the last bit, and leaves the logits as they were', () => {
  const { memory } = kernels;
  const logits = Float32Array.from(
    { length: requests.length * vocabulary },
    (_, i) => 9 * Math.sin(i * 12.9898) + (i % vocabulary === 7 ? 5 : 0),
  );
  const at = memory.allocate(4 * logits.length);
  memory.floats(at, logits.length).set(logits);
  const plan = new WalkPlan(kernels, 3);
  const asked = requests.map((request) => ({
    kept: request.kept,
    temperature: request.drawing?.temperature ?? 0,
    excluded: excludedOf(request, vocabulary),
    ...walkSizes(request),
  }));
  // A shorter one first, so that nothing lies where it would lie by chance.
  plan.run(at, vocabulary, partSize, asked.slice(3));
  const places = plan.run(at, vocabulary, partSize, asked);
  for (const [row, request] of requests.entries()) {
    const own = logits.slice(row * vocabulary, (row + 1) * vocabulary);
    expect(readWalk(memory.buffer, places[row] ?? 0, vocabulary, request)).toEqual(walkOver(own, request));
  }
  expect(memory.floats(at, logits.length)).toEqual(logits);
});
