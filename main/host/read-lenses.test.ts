import { expect, it } from 'vitest';
import type { QuickStep } from '../kernels/quick-pass';
import { encodeReadings } from '../contract/frame';
import { runRequestSchema } from '../contract/run';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { fakeModel, fakePrompt } from '../runtime/testing/fake-model';
import { describeRun } from './describe-run';
import { MemoryRun } from './memory-run';
import { type ReadLens, readLenses, type ReadQuickLenses, readQuickLenses } from './read-lenses';

/** A run of the fake model in two lanes. */
async function recordedRun() {
  const model = fakeModel();
  const request = runRequestSchema.parse({ prompt: fakePrompt, lanes: [{ kind: 'cot' }, { kind: 'coconut', thoughts: 3 }] });
  const check = model.checkPrompt(fakePrompt);
  const sink = new CollectingSink();
  const layout = defaultLayout(model);
  const models = [{ model, check, layout }] as const;
  await executeRun({ models, request, sink, signal: new AbortController().signal });
  const source = new MemoryRun(describeRun('run', request, models, 'test'));
  for (const lane of [0, 1]) source.add(sink.taps(lane));
  return { model, sink, layout, source };
}

it('gives what the run itself read of every layer, from the streams it kept', async () => {
  const { model, sink, layout, source } = await recordedRun();
  for (const lane of [0, 1]) {
    const streams = [1, 0];
    const expected = sink.taps(lane).map(({ record }) => {
      const [embeddings, first] = record.layers;
      if (!embeddings || !first) throw new Error('The fake model has two layers');
      return encodeReadings([first, embeddings], layout.lens);
    });
    const read: ReadLens = async (gather, kept) => {
      const { residuals, targets } = await gather();
      return model.decoder.readings(residuals, targets, kept);
    };
    const all = await readLenses(source, read, { lane, branch: 0, first: 0, count: 64, streams });
    expect(all).toEqual(Float32Array.from(expected.flatMap((part) => [...part])));
    const some = await readLenses(source, read, { lane, branch: 0, first: 1, count: 2, streams });
    expect(some).toEqual(Float32Array.from(expected.slice(1, 3).flatMap((part) => [...part])));
    expect(await readLenses(source, read, { lane, branch: 0, first: 1000, count: 2, streams })).toHaveLength(0);
  }
});

it('gives all streams below the last to who reads quickly, with what is likely to be high', async () => {
  const { model, sink, layout, source } = await recordedRun();
  const asked: QuickStep[] = [];
  const read: ReadQuickLenses = async (gather, kept) => {
    expect(kept).toBe(layout.lens);
    asked.push(...(await gather()));
    return null;
  };
  const range = { lane: 0, branch: 0, first: 1, count: 2 };
  expect(await readQuickLenses(source, read, range)).toBeNull();
  const taps = sink.taps(0);
  expect(asked).toEqual(
    taps.slice(1, 3).map(({ record, residual }, i) => ({
      streams: residual.subarray(0, (layout.streams - 1) * model.decoder.width),
      target: record.targetId,
      known: [taps[i]?.record.targetId, ...record.candidates.ids],
    })),
  );
  await readQuickLenses(source, read, { ...range, first: 0, count: 1 });
  expect(asked[2]?.known).toEqual(taps[0]?.record.candidates.ids);
  await readQuickLenses(source, read, { ...range, first: 1000 });
  expect(asked).toHaveLength(3);
});
