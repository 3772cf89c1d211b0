import { expect, it } from 'vitest';
import { encodeLayers } from '../contract/frame';
import { runRequestSchema } from '../contract/run';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { fakeModel, fakePrompt } from '../runtime/testing/fake-model';
import { describeRun } from './describe-run';
import { MemoryRun } from './memory-run';
import { readLenses } from './read-lenses';

it('gives what the run itself read of every layer, from the streams it kept', async () => {
  const model = fakeModel();
  const request = runRequestSchema.parse({ prompt: fakePrompt, lanes: [{ kind: 'cot' }, { kind: 'coconut', thoughts: 3 }] });
  const check = model.checkPrompt(fakePrompt);
  const sink = new CollectingSink();
  const layout = defaultLayout(model);
  const models = [{ model, check, layout }] as const;
  await executeRun({ models, request, sink, signal: new AbortController().signal });
  const source = new MemoryRun(describeRun('run', request, models, 'test'));
  for (const lane of [0, 1]) source.add(sink.taps(lane));

  for (const lane of [0, 1]) {
    const expected = sink.taps(lane).map(({ record }) => encodeLayers(record.layers, layout));
    const all = await readLenses(source, model.decoder, { lane, branch: 0, first: 0, count: 64 });
    expect(all).toEqual(Float32Array.from(expected.flatMap((part) => [...part])));
    const some = await readLenses(source, model.decoder, { lane, branch: 0, first: 1, count: 2 });
    expect(some).toEqual(Float32Array.from(expected.slice(1, 3).flatMap((part) => [...part])));
    expect(await readLenses(source, model.decoder, { lane, branch: 0, first: 1000, count: 2 })).toHaveLength(0);
  }
});
