import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { attentionBlock, attentionCode } from '../contract/attention';
import { InterlinearError } from '../contract/errors';
import { runRequestSchema } from '../contract/run';
import { defaultLayout, executeRun } from '../runtime/execute-run';
import { CollectingSink } from '../runtime/testing/collecting-sink';
import { fakeModel, fakePrompt } from '../runtime/testing/fake-model';
import { AttentionReader } from './attention-reader';
import { describeRun } from './describe-run';
import { MemoryRun } from './memory-run';

const thinkingLane = 1;
const longLane = 2;

/** A short chain, thoughts, and a chain of 70 steps. */
const request = runRequestSchema.parse({
  prompt: fakePrompt,
  lanes: [{ kind: 'cot' }, { kind: 'coconut', thoughts: 3 }, { kind: 'cot', ignoreEnd: true, maximumSteps: 70 }],
});

let sink: CollectingSink;
let source: MemoryRun;
let promptLength = 0;

beforeAll(async () => {
  const model = fakeModel();
  const check = model.checkPrompt(fakePrompt);
  promptLength = check.tokens.length;
  sink = new CollectingSink();
  const models = [{ model, check, layout: defaultLayout(model) }] as const;
  await executeRun({ models, request, sink, signal: new AbortController().signal });
  source = new MemoryRun(describeRun('run', request, models, 'test'));
  for (const lane of request.lanes.keys()) source.add(sink.taps(lane));
});

describe('AttentionReader', () => {
  let decoder: ReturnType<typeof fakeModel>['decoder'];
  const reader = (lane: number): AttentionReader => new AttentionReader(decoder, lane, 0);
  const query = { layer: 1, head: null, pool: null } as const;

  beforeEach(() => {
    ({ decoder } = fakeModel());
  });

  it('reads the prompt, then what each step fed back: the token, or the thought itself', async () => {
    const taps = sink.taps(thinkingLane);
    expect(taps.filter(({ thought }) => thought !== null)).toHaveLength(3);
    const positions = promptLength + taps.length - 1;
    await reader(thinkingLane).rows(source, { ...query, first: 0, count: positions });
    const inputs = [
      ...source.info.check.tokens.map(({ id }) => decoder.embedding(id)),
      ...taps.slice(0, -1).map(({ record, thought }) => thought ?? decoder.embedding(record.tokenId)),
    ];
    expect(decoder.sequencePasses.map(({ embeddings }) => embeddings)).toEqual([Float32Array.from(inputs.flatMap((input) => [...input]))]);
  });

  it('gives codes of the rows asked for, the mean and the heads alike where there is one head', async () => {
    const all = reader(longLane);
    for (const head of [null, 0]) {
      const { codes, overview } = await all.rows(source, { layer: 1, head, first: attentionBlock, count: 3, pool: null });
      expect(overview).toHaveLength(0);
      const columns = attentionBlock + 3;
      const expected = [0, 1, 2].flatMap((row) =>
        Array.from({ length: columns }, (_, column) =>
          column <= attentionBlock + row ? attentionCode(1 / (attentionBlock + row + 1)) : 0,
        ),
      );
      expect([...codes]).toEqual(expected);
    }
  });

  it('shows every head from afar by its strongest cells', async () => {
    const { codes, overview } = await reader(longLane).rows(source, { layer: 0, head: 0, first: attentionBlock, count: 32, pool: 16 });
    expect(codes).toHaveLength(32 * 64);
    // Each position of the first layer sees itself alone: ones on the diagonal.
    const head = [0, 0, 255, 0, 0, 0, 0, 255];
    expect([...overview]).toEqual([...head, ...head]);
  });

  it('keeps every layer of a short sequence: what was read once is not read again', async () => {
    const held = reader(longLane);
    await held.rows(source, { ...query, first: 0, count: 32 });
    await held.rows(source, { ...query, first: 32, count: 32 });
    await held.rows(source, { ...query, layer: 0, first: 32, count: 32 });
    await held.rows(source, { ...query, head: 0, first: 0, count: 20 });
    expect(decoder.sequencePasses.map(({ first, layers }) => ({ first, layers }))).toEqual([
      { first: 0, layers: [0, 1] },
      { first: 32, layers: [0, 1] },
    ]);
  });

  it('reads what stands before the rows asked for a block at a time, and one row alone once its past is known', async () => {
    const held = reader(longLane);
    const position = promptLength + 50;
    const probabilities = await held.row(source, 1, position);
    expect(probabilities).toHaveLength(position + 1);
    probabilities.forEach((value) => {
      expect(value).toBeCloseTo(1 / (position + 1), 6);
    });
    await held.row(source, 0, 3);
    expect(decoder.sequencePasses.map(({ first, embeddings }) => [first, embeddings.length / decoder.width])).toEqual([
      [0, 32],
      [32, 32],
      [position, 1],
      [3, 1],
    ]);
  });

  it('follows a branch that grows, and says where it has not got to yet', async () => {
    const taps = sink.taps(longLane);
    const growing = new MemoryRun(source.info);
    growing.add(taps.slice(0, 10));
    const held = reader(longLane);
    const positions = promptLength + 9;
    await held.rows(growing, { ...query, first: 0, count: positions });
    await expect(held.rows(growing, { ...query, first: 0, count: positions + 1 })).rejects.toThrow(InterlinearError);
    growing.add(taps.slice(10, 12));
    const { codes } = await held.rows(growing, { ...query, first: 0, count: positions + 2 });
    expect(codes).toHaveLength((positions + 2) ** 2);
    // Fewer rows than are known are cut out of them.
    expect((await held.rows(growing, { ...query, first: 0, count: 2 })).codes).toEqual(
      Uint8Array.from([255, 0, attentionCode(0.5), attentionCode(0.5)]),
    );
  });

  it('ends what is under way once it is abandoned', async () => {
    const held = reader(longLane);
    const waiting = held.row(source, 1, promptLength + 60);
    held.abandon();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    await expect(held.row(source, 1, 0)).rejects.toMatchObject({ code: 'cancelled' });
    held.abandon();
    expect(decoder.liveCaches).toBe(0);
  });

  it('refuses branches there are not and tokens the model does not have', async () => {
    await expect(reader(7).rows(source, { ...query, first: 0, count: promptLength + 1 })).rejects.toMatchObject({ code: 'bad-request' });
    const { info } = source;
    const [first] = info.check.tokens;
    if (!first) throw new Error('The prompt has a token');
    const forged = new MemoryRun({ ...info, check: { ...info.check, tokens: [{ ...first, id: decoder.vocabulary }] } });
    await expect(reader(0).rows(forged, { ...query, first: 0, count: 1 })).rejects.toMatchObject({ code: 'bad-trace' });
  });
});
