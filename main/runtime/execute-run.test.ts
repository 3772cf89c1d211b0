import { describe, expect, it } from 'vitest';
import { InterlinearError } from '../contract/errors';
import type { LaneSettingsInput } from '../contract/lanes';
import {
  branchRecordSchema,
  laneRecordSchema,
  type RunOutcome,
  runOutcomeSchema,
  type RunRequestInput,
  runRequestSchema,
} from '../contract/run';
import { topIndices } from '../measures/vocabulary-walk';
import { defaultLayout, executeRun, type RunInput } from './execute-run';
import { CollectingSink } from './testing/collecting-sink';
import { fakeModel, fakePrompt } from './testing/fake-model';
import { singleMarkers } from './testing/single-markers';

const mixed: LaneSettingsInput[] = [
  { kind: 'direct' },
  { kind: 'cot' },
  { kind: 'cot', temperature: 1.2, topK: 6, samples: 3 },
  { kind: 'best-of-n', n: 16 },
  { kind: 'coconut', thoughts: 3 },
  { kind: 'coconut', thoughts: 0 },
];

interface Trial {
  readonly model: ReturnType<typeof fakeModel>;
  readonly sink: CollectingSink;
  readonly outcome: RunOutcome;
}

async function run(request: Partial<RunRequestInput>, more: Partial<RunInput> = {}, model = fakeModel()): Promise<Trial> {
  const sink = new CollectingSink();
  const outcome = await executeRun({
    models: [{ model, check: model.checkPrompt(fakePrompt), layout: defaultLayout(model) }],
    request: runRequestSchema.parse({ prompt: fakePrompt, lanes: mixed, ...request }),
    sink,
    signal: new AbortController().signal,
    ...more,
  });
  return { model, sink, outcome };
}

/** What a lane must emit, by reading the whole sequence again for every step, with no cache, scheduler or lane code. */
async function reference(start: number, thoughts: number, limit: number): Promise<string> {
  const { decoder, tokenizer, ...model } = fakeModel();
  const markers = singleMarkers(model.markers);
  const inputs = [...tokenizer.encode(fakePrompt), start].map((token) => decoder.embedding(token));
  const words = [tokenizer.text(start)];
  for (let step = 1; step < limit && words.at(-1) !== '⟨end⟩'; step++) {
    const sequence = new Float32Array(inputs.length * decoder.width);
    inputs.forEach((input, i) => sequence.set(input, i * decoder.width));
    const full = await decoder.full(sequence);
    if (start === markers.thought && step <= thoughts) {
      inputs.push(full.hidden.slice(-decoder.width));
      words.push('◆');
      continue;
    }
    const isExit = start === markers.thought && step === thoughts + 1;
    const token = isExit ? markers.answer : (topIndices(full.logits.slice(-decoder.vocabulary), 1)[0] ?? -1);
    inputs.push(decoder.embedding(token));
    words.push(tokenizer.text(token));
  }
  return words.join(' ');
}

describe('a run', () => {
  it('emits what an uncached reading of each sequence gives: direct, cot, coconut', async () => {
    const { sink, model } = await run({});
    const markers = singleMarkers(model.markers);
    expect(sink.finalBranch(0).text).toBe(await reference(markers.answer, 0, 16));
    expect(sink.finalBranch(1).text).toBe(await reference(markers.think, 0, 64));
    expect(sink.finalBranch(4).text).toBe(await reference(markers.thought, 3, 32));
    expect(sink.finalBranch(5).text).toBe(await reference(markers.thought, 0, 32));
    expect(sink.finalBranch(4).text).toMatch(/^⟨thought⟩ ◆ ◆ ◆ ⟨answer⟩ .* ⟨end⟩$/);
  });

  it('sends records that the contract accepts, and checks itself', async () => {
    const { sink, outcome, model } = await run({});
    sink.laneRecords.forEach((record) => laneRecordSchema.parse(record));
    sink.branchRecords.forEach((record) => branchRecordSchema.parse(record));
    runOutcomeSchema.parse(outcome);
    expect(outcome.status).toBe('done');
    expect(outcome.parity.map(({ name, passed }) => [name, passed])).toEqual([
      ['lastLayerLensEqualsLogits', true],
      ['cachedEqualsUncached', true],
    ]);
    expect(model.decoder.liveCaches).toBe(0);
    expect(sink.laneRecords.slice(0, 6).map(({ state }) => state)).toEqual(Array(6).fill('waiting'));
    for (let lane = 0; lane < 6; lane++) expect(sink.finalLane(lane)).toMatchObject({ state: 'done', error: null });
  });

  it('measures each step from the pass before it', async () => {
    const { sink, model } = await run({ lanes: [{ kind: 'coconut', thoughts: 2 }] });
    const taps = sink.taps(0);
    const [marker, thought, second, exit, answer] = taps.map(({ record }) => record);
    expect(taps.map(({ record }) => record.kind)).toEqual(['token', 'thought', 'thought', 'token', 'token', 'token']);
    expect(taps.map(({ record }) => record.forced)).toEqual([true, false, false, true, false, false]);
    expect(marker).toMatchObject({ tokenId: model.markers.thought[0], cosineToPrevious: NaN, sampled: { ids: [] }, nearest: { ids: [] } });
    expect(thought).toMatchObject({ tokenId: -1, logProbability: NaN, surprisal: NaN, targetId: thought?.candidates.ids[0] });
    expect(second?.nearest.ids).toHaveLength(4);
    expect(answer).toMatchObject({ targetId: answer?.tokenId, sampled: { ids: [answer?.tokenId], probabilities: [1] } });
    for (const { record, residual } of taps) {
      expect(record.layers).toHaveLength(3);
      expect(residual).toHaveLength(3 * model.decoder.width);
      expect(record.layers[2]?.entropy).toBe(record.entropy);
      expect(record.layers[2]?.top.ids).toEqual(record.candidates.ids.slice(0, 4));
      expect(record.layers[0]?.norm).toBeGreaterThan(0);
      expect(Number.isNaN(record.logProbability) || Math.abs(record.surprisal + record.logProbability / Math.LN2) < 1e-12).toBe(true);
    }
    expect(exit?.surprisal).toBeGreaterThan(0);
    // The first thought fed back is the hidden state of the pass over ⟨thought⟩; the pass before step 1 stands there.
    expect(taps[1]?.thought).toHaveLength(model.decoder.width);
    expect(taps[0]?.thought).toBeNull();
  });

  it('leaves forced tokens out of the mean log-probability', async () => {
    const { sink } = await run({ lanes: [{ kind: 'cot' }] });
    const chosen = sink.taps(0).flatMap(({ record }) => (record.forced ? [] : [record.logProbability]));
    expect(chosen).toHaveLength(sink.taps(0).length - 1);
    expect(sink.finalBranch(0).scores.meanLogProbability).toBeCloseTo(chosen.reduce((sum, value) => sum + value, 0) / chosen.length, 12);
  });

  it('judges best of N: votes, the pick of each score, pass at N', async () => {
    const { sink } = await run({ lanes: [{ kind: 'best-of-n', n: 16 }] });
    const branches = Array.from({ length: 16 }, (_, branch) => sink.finalBranch(0, branch));
    const lane = sink.finalLane(0);
    const answered = branches.filter(({ answer }) => answer !== null);
    expect(answered.length).toBeGreaterThan(8);
    for (const { scores } of branches.filter(({ answer }) => answer === null)) expect(scores.votes).toBe(0);
    for (const { answer, scores, verdict } of answered) {
      expect(scores.votes).toBe(branches.filter((other) => other.answer === answer).length / 16);
      expect(verdict).toBe(answer === 'dee' ? 'right' : 'wrong');
    }
    expect(new Set(branches.map(({ text }) => text)).size).toBeGreaterThan(3);
    expect(lane.picks.map(({ pick }) => pick)).toEqual(['majority', 'mean-log-probability', 'self-certainty']);
    expect(lane.answer).toBe(lane.picks[0]?.answer);
    const votes = branches.map(({ scores }) => scores.votes ?? 0);
    expect(votes[lane.branch ?? -1]).toBe(Math.max(...votes));
    const means = branches.map(({ answer, scores }) => (answer === null ? -Infinity : (scores.meanLogProbability ?? -Infinity)));
    expect(lane.picks[1]?.branch).toBe(means.indexOf(Math.max(...means)));
    expect(lane.passAtN).toBe(1);
    expect(lane.cost).toMatchObject({ positions: lane.steps - 16, serialDepth: 2 * (Math.max(...branches.map(({ steps }) => steps)) - 1) });
  });

  it('cuts a branch that reaches its limit', async () => {
    const { sink } = await run({ lanes: [{ kind: 'cot', maximumSteps: 2 }] });
    expect(sink.finalBranch(0)).toMatchObject({ state: 'cut', steps: 2, answer: null, verdict: 'none' });
    expect(sink.finalLane(0)).toMatchObject({ state: 'done', answer: null });
  });

  it('cuts a branch where the model has no position left', async () => {
    const model = fakeModel();
    const promptLength = model.tokenizer.encode(fakePrompt).length;
    const limited = { ...model, summary: { ...model.summary, maximumPositions: promptLength + 1 } };
    // One step is read at the last position, the next is only chosen there.
    for (const lane of [{ kind: 'cot' } as const, { kind: 'coconut', thoughts: 3 } as const]) {
      const { sink } = await run({ lanes: [lane] }, {}, limited);
      expect(sink.finalBranch(0)).toMatchObject({ state: 'cut', steps: 2 });
    }
  });

  it('repeats itself: isolated to the last bit, and lockstep with the same tokens', async () => {
    const first = await run({ schedule: 'isolated' });
    const again = await run({ schedule: 'isolated' });
    const together = await run({ schedule: 'lockstep' });
    expect(again.sink.timeless()).toEqual(first.sink.timeless());
    expect(together.sink.timeless().map(({ tokenId }) => tokenId)).toEqual(first.sink.timeless().map(({ tokenId }) => tokenId));
    expect((await run({ seed: 8 })).sink.timeless().map(({ tokenId }) => tokenId)).not.toEqual(
      first.sink.timeless().map(({ tokenId }) => tokenId),
    );
  });

  it('draws the same for a lane whatever runs beside it', async () => {
    const lanes: LaneSettingsInput[] = [{ kind: 'best-of-n', n: 4 }];
    const alone = await run({ lanes });
    const accompanied = await run({ lanes: [...lanes, ...mixed] });
    for (let branch = 0; branch < 4; branch++) expect(accompanied.sink.finalBranch(0, branch)).toEqual(alone.sink.finalBranch(0, branch));
  });

  it('sends live records of a lane at most every 50 ms, and the last', async () => {
    let now = 0;
    const { sink } = await run({ lanes: [{ kind: 'coconut', thoughts: 12 }] }, { clock: () => (now += 5) });
    const running = sink.laneRecords.filter(({ state }) => state === 'running');
    const steps = sink.finalLane(0).steps;
    // Three readings of the clock a step: the pass's start and end, and the report.
    expect(running.length).toBeGreaterThanOrEqual(3);
    expect(running.length).toBeLessThanOrEqual(Math.ceil((steps * 15) / 50) + 1);
    expect(sink.finalLane(0).tokensPerSecond).toBeCloseTo((steps * 1000) / sink.finalLane(0).milliseconds, 9);
  });
});

describe('parity checks', () => {
  it('go red when the pass disagrees with the lens', async () => {
    const model = fakeModel();
    model.decoder.afterPass = ({ logits }) => (logits[3] = (logits[3] ?? 0) + 0.01);
    const { outcome } = await run({}, {}, model);
    expect(outcome.parity.map(({ passed }) => passed)).toEqual([false, false]);
    expect(outcome.parity[0]?.maximumDifference).toBeCloseTo(0.01, 5);
  });

  it('go red when the cache is not what it should be', async () => {
    const model = fakeModel();
    model.decoder.afterPass = ({ hidden }) => (hidden[0] = (hidden[0] ?? 0) + 2e-4);
    const { outcome } = await run({ lanes: [{ kind: 'cot' }] }, {}, model);
    expect(outcome.parity.map(({ passed }) => passed)).toEqual([true, false]);
    expect(outcome.parity[1]?.maximumDifference).toBeCloseTo(2e-4, 6);
  });

  it('go red, with the reason, when they cannot be made', async () => {
    const model = fakeModel();
    model.decoder.full = () => Promise.reject(new Error('out of memory'));
    const { outcome } = await run({}, {}, model);
    runOutcomeSchema.parse(outcome);
    expect(outcome.parity[1]).toMatchObject({ passed: false, maximumDifference: Number.MAX_VALUE });
    expect(outcome.parity[1]?.compared).toContain('out of memory');
  });
});

describe('failures', () => {
  it('of a pass end the run and keep what was recorded', async () => {
    const model = fakeModel();
    let passes = 0;
    model.decoder.beforeStep = () => {
      if (++passes === 3) throw new Error('device lost');
    };
    const { outcome, sink } = await run({}, {}, model);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'internal', message: 'device lost' }, parity: [] });
    expect(sink.taps(1)).toHaveLength(3);
    expect(sink.finalLane(1)).toMatchObject({ state: 'failed', error: { message: 'device lost' } });
    expect(sink.finalBranch(1)).toMatchObject({ state: 'cancelled', steps: 3 });
    expect(model.decoder.liveCaches).toBe(0);
  });

  it('of the prompt’s pass end every lane', async () => {
    const model = fakeModel();
    model.decoder.prefill = () => Promise.reject(new InterlinearError('bad-model', 'Truncated weights.'));
    const { outcome, sink } = await run({}, {}, model);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'bad-model' } });
    expect(sink.finalLane(5).state).toBe('failed');
    expect(sink.ticks).toEqual([]);
  });

  it('of the lens, when it reads the prompt’s pass, end every lane and keep nothing', async () => {
    const model = fakeModel();
    model.decoder.lenses = () => Promise.reject(new Error('no lens'));
    const { outcome } = await run({}, {}, model);
    expect(outcome).toMatchObject({ status: 'failed', error: { message: 'no lens' } });
    expect(model.decoder.liveCaches).toBe(0);
  });

  it('of the numbers are told as such', async () => {
    const model = fakeModel();
    model.decoder.afterPass = ({ logits }) => logits.fill(NaN);
    const { outcome, sink } = await run({ lanes: [{ kind: 'direct' }] }, {}, model);
    expect(outcome).toMatchObject({ status: 'failed', error: { code: 'bad-model' } });
    runOutcomeSchema.parse(outcome);
    expect(sink.finalLane(0)).toMatchObject({ state: 'failed', steps: 1, error: { code: 'bad-model' } });
  });

  it('of the sink are passed on', async () => {
    const sink = new CollectingSink();
    sink.steps = () => Promise.reject(new Error('no room'));
    const model = fakeModel();
    await expect(run({}, { sink }, model)).rejects.toThrow('no room');
    expect(model.decoder.liveCaches).toBe(0);
  });

  it('of the request are refused before anything is recorded', async () => {
    const model = fakeModel();
    const of = { model, check: model.checkPrompt(fakePrompt), layout: defaultLayout(model) };
    const check = model.checkPrompt('nobody knows');
    await expect(run({}, { models: [{ ...of, check }] })).rejects.toMatchObject({ code: 'bad-prompt' });
    const textModel = { ...model, summary: { ...model.summary, lanes: ['direct' as const] } };
    await expect(run({}, { models: [{ ...of, model: textModel }] })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(run({}, { prefix: { steps: [], token: 1 } })).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('a fork', () => {
  const lanes: LaneSettingsInput[] = [{ kind: 'coconut', thoughts: 3 }];

  it('with the token the branch had goes the same way', async () => {
    const original = (await run({ lanes })).sink;
    const steps = original.taps(0);
    const at = 5;
    const { sink, outcome } = await run({ lanes }, { prefix: { steps: steps.slice(0, at), token: steps[at]?.record.tokenId ?? -1 } });
    expect(outcome.parity.every(({ passed }) => passed)).toBe(true);
    expect(sink.timeless().filter(({ index }) => index !== at)).toEqual(original.timeless().filter(({ index }) => index !== at));
    expect(sink.taps(0)[at]?.record).toMatchObject({ forced: true, sampled: { ids: [] }, tokenId: steps[at]?.record.tokenId });
  });

  it('with another token is forced there, then follows the rule: early exit from thinking', async () => {
    const original = (await run({ lanes })).sink.taps(0);
    const { sink, model } = await run(
      { lanes },
      { prefix: { steps: original.slice(0, 2), token: singleMarkers(fakeModel().markers).answer } },
    );
    expect(sink.finalBranch(0).text).toMatch(/^⟨thought⟩ ◆ ⟨answer⟩ \w+ ⟨end⟩$/);
    expect(sink.taps(0)[1]?.thought).toEqual(original[1]?.thought);
    expect(sink.taps(0)[2]?.record).toMatchObject({ forced: true, tokenId: singleMarkers(model.markers).answer });
  });

  it('of a best-of-N lane samples every branch anew from there, and computes the beginning once', async () => {
    const best: LaneSettingsInput[] = [{ kind: 'best-of-n', n: 8 }];
    const original = (await run({ lanes: best })).sink.taps(0, 2);
    const { sink, model } = await run(
      { lanes: best },
      { prefix: { steps: original.slice(0, 1), token: original[1]?.record.tokenId ?? -1 } },
    );
    expect(model.decoder.batches.slice(0, 2)).toEqual([1, 1]);
    const texts = Array.from({ length: 8 }, (_, branch) => sink.finalBranch(0, branch).text);
    const start = texts[0]?.split(' ').slice(0, 2).join(' ') ?? '';
    expect(texts.every((text) => text.startsWith(start))).toBe(true);
    expect(new Set(texts).size).toBeGreaterThan(1);
  });

  it('can stand at the first step, and refuses what does not fit the model', async () => {
    const { sink } = await run({ lanes }, { prefix: { steps: [], token: 9 } });
    expect(sink.taps(0)[0]?.record).toMatchObject({ tokenId: 9, forced: true });
    const steps = (await run({ lanes })).sink.taps(0);
    for (const prefix of [
      { steps: [], token: 999 },
      { steps, token: 9 },
      { steps: steps.slice(0, 2).map((step) => ({ ...step, thought: null })), token: 9 },
    ]) {
      await expect(run({ lanes }, { prefix })).rejects.toMatchObject({ code: 'bad-request' });
    }
  });
});
