import { expect, it } from 'vitest';
import { decodeReading, encodeReadings, readingLength } from '../contract/frame';
import { bits } from '../contract/ids';
import { runRequestSchema } from '../contract/run';
import type { LayerReading } from '../contract/steps';
import { published } from '../library/testing/published-model';
import { layerReading, readLens } from '../measures/lens-reading';
import prompts from '../models/fixtures/smollm2-greedy.json';
import cases from '../models/fixtures/smollm2-lens.json';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { loadModel } from '../runtime/load-model';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { describeRun } from './describe-run';
import { MemoryRun } from './memory-run';
import { type ReadLens, readLenses } from './read-lenses';

type Expected = (typeof cases)[number]['steps'][number][number];

const readingOf = ({ norm, entropy, ids, probabilities, probability, rank }: Expected): LayerReading => ({
  norm,
  probability,
  rank,
  entropy: bits(entropy),
  top: { ids, probabilities },
});

/** Ones where token ids are, zeros elsewhere. */
const markIds = ({ ids }: Expected): LayerReading => ({
  norm: 0,
  probability: 0,
  rank: 0,
  entropy: bits(0),
  top: { ids: ids.map(() => 1), probabilities: ids.map(() => 0) },
});

it.skipIf(!published.reachable)('lens readings of a run equal a PyTorch lens at every layer of several steps', async () => {
  if (!published.reachable) return;
  const model = await loadModel(published.f32, { device: 'cpu' });
  const layout = defaultLayout(model);
  for (const { case: index, steps } of cases) {
    const { prompt = '', chat } = prompts[index] ?? {};
    const request = runRequestSchema.parse({
      model: model.summary.id,
      prompt,
      chat: chat === true ? { system: '' } : null,
      lanes: [{ kind: 'direct', maximumSteps: steps.length }],
    });
    const models = [{ model, check: model.checkPrompt(prompt, request.chat), layout }] as const;
    const sink = new CollectingSink();
    await executeRun({ models, request, sink, signal: new AbortController().signal });
    const source = new MemoryRun(describeRun('run', request, models, 'test'));
    source.add(sink.taps(0));
    const below = Array.from({ length: layout.streams - 1 }, (_, stream) => stream);
    const range = { lane: 0, branch: 0, first: 0, count: steps.length, streams: below };
    const read: ReadLens = async (gather, kept) => {
      const { residuals, targets } = await gather();
      return model.decoder.readings(residuals, targets, kept);
    };
    const packed = await readLenses(source, read, range);
    // The last layer's reading is the run's own: that of the pass's logits.
    const last = sink.taps(0).map(({ record }) => encodeReadings(record.layers.slice(-1), layout.lens));
    const length = below.length * readingLength(layout.lens);
    const found = steps.flatMap((_, i) => [...packed.subarray(i * length, (i + 1) * length), ...(last[i] ?? [])]);
    const expected = steps.flatMap((layers) => [...encodeReadings(layers.map(readingOf), layout.lens)]);
    const areIds = steps.flatMap((layers) => [...encodeReadings(layers.map(markIds), layout.lens)]);
    expect(found).toHaveLength(expected.length);
    const apart = expected.flatMap((number, place) => {
      const read = found[place] ?? NaN;
      // Entropies of embeddings are as small as 1e-11 bits, which sums in 32 bits do not hold to three digits.
      const limit = areIds[place] === 1 ? 0 : 1e-3 * Math.abs(number) + 1e-9;
      return Math.abs(read - number) <= limit ? [] : [{ place, read, number }];
    });
    expect(apart).toEqual([]);
  }
  await model.decoder.dispose();
});

it.skipIf(!published.reachable)('kernels read the lens of weights in 4 bits as final norm and unembedding give it in 64 bits', async () => {
  if (!published.reachable) return;
  const { decoder, ...model } = await loadModel(published.int4, { device: 'cpu' });
  expect(decoder.readsLens).toBe(true);
  const { cache, last } = await decoder.prefill(model.read('The Baltic Sea is a', null));
  const streams = [0, 1, 5, 10, 15, 20, 25, 29, 30];
  const streamOf = (stream: number): Float32Array => last.residual.subarray(stream * decoder.width, (stream + 1) * decoder.width);
  const residuals = Float32Array.from(streams.flatMap((stream) => [...streamOf(stream)]));
  const targets = streams.map(() => 6_403);
  const packed = await decoder.readings(residuals, targets, 4);
  for (const [row, stream] of streams.entries()) {
    const expected = layerReading(readLens(streamOf(stream), await decoder.lens(streamOf(stream)), 4), 6_403);
    const found = decodeReading(4, packed, row * readingLength(4));
    expect(found.top.ids).toEqual(expected.top.ids);
    expect(Math.abs(found.entropy - expected.entropy)).toBeLessThan(1e-3 * Math.max(1, expected.entropy));
    expect(Math.abs(found.rank / expected.rank - 1)).toBeLessThan(2e-3);
    const read = [found.probability, ...found.top.probabilities];
    for (const [i, probability] of [expected.probability, ...expected.top.probabilities].entries())
      expect(Math.abs((read[i] ?? NaN) - probability)).toBeLessThan(2e-3 * probability + 1e-9);
  }
  cache.dispose();
  await decoder.dispose();
});
