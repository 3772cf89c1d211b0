import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { laneSettingsSchema } from '../../main/contract/lanes';
import type { PromptCheck } from '../../main/contract/model';
import type { EngineRequest } from './engine-connection';
import { sampleKin, sampleServices } from '../testing/sample-services';
import { sampleTextModel } from '../testing/sample-text-run';
import { PromptChecker, speaksOf } from './prompt-check';
import { promptsOfOthers } from './prompts-of-others';
import { makeLane } from './workspace-document';

const answer = (expected: string): PromptCheck => ({ tokens: [], problems: [], expected, path: [], hops: null, rendered: null });

/** An engine that answers when it is told to. */
function slowEngine() {
  const asked: { readonly prompt: string; readonly reply: (check: PromptCheck) => void; readonly fail: (error: Error) => void }[] = [];
  const request = ((_name: string, parameters: { prompt: string }) =>
    new Promise<PromptCheck>((resolve, reject) => {
      asked.push({ prompt: parameters.prompt, reply: resolve, fail: reject });
    })) as EngineRequest;
  return { asked, request };
}

describe('PromptChecker', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks once for a burst of typing', async () => {
    const { asked, request } = slowEngine();
    const checker = new PromptChecker(request);
    for (const prompt of ['a', 'ad', 'ada']) checker.schedule({ model: 'kin', prompt, chat: null });
    await vi.runAllTimersAsync();
    expect(asked.map((one) => one.prompt)).toEqual(['ada']);
  });

  it('lets the latest text win, whatever order the answers come in', async () => {
    const { asked, request } = slowEngine();
    const checker = new PromptChecker(request);
    checker.schedule({ model: 'kin', prompt: 'first', chat: null });
    await vi.runAllTimersAsync();
    checker.schedule({ model: 'kin', prompt: 'second', chat: null });
    await vi.runAllTimersAsync();
    asked[1]?.reply(answer('second'));
    asked[0]?.reply(answer('first'));
    await vi.runAllTimersAsync();
    expect(checker.store.getState()).toMatchObject({ prompt: 'second', check: { expected: 'second' } });
    expect(checker.pending).toBe(false);
  });

  it('says that nothing is known when the engine cannot check', async () => {
    const { asked, request } = slowEngine();
    const checker = new PromptChecker(request);
    checker.schedule({ model: 'kin', prompt: 'x', chat: null });
    await vi.runAllTimersAsync();
    asked[0]?.fail(new Error('gone'));
    await vi.runAllTimersAsync();
    expect(checker.store.getState()).toEqual({
      model: 'kin',
      prompt: 'x',
      chat: null,
      check: null,
      failure: 'gone',
      others: new Map(),
    });
  });

  it('asks every model that lanes are on, each in its own way, and keeps what each says', async () => {
    const services = await sampleServices([sampleKin, sampleTextModel]);
    const { facts } = services.engine.store.getState();
    const lanes = [{ kind: 'direct' }, { kind: 'cot', model: sampleTextModel.id }, { kind: 'cot', model: 'gone' }] as const;
    const document = {
      ...services.workspace.document,
      prompt: 'x',
      chat: { system: 'Be brief.' },
      lanes: lanes.map((lane) => makeLane(laneSettingsSchema.parse(lane))),
    };
    const others = promptsOfOthers(document, facts);
    expect(others).toEqual([{ model: sampleTextModel.id, prompt: 'x', chat: { system: 'Be brief.' } }]);
    expect(promptsOfOthers({ ...document, model: sampleTextModel.id, lanes: document.lanes.slice(1, 2) }, facts)).toEqual([]);
    const { asked, request } = slowEngine();
    const checker = new PromptChecker(request);
    checker.schedule({ ...document, model: 'kin' }, others);
    await vi.runAllTimersAsync();
    asked[0]?.reply(answer('own'));
    await vi.runAllTimersAsync();
    expect(checker.pending).toBe(true);
    asked[1]?.fail(new Error('gone'));
    await vi.runAllTimersAsync();
    expect(checker.store.getState()).toMatchObject({ model: 'kin', check: { expected: 'own' } });
    expect(checker.store.getState().others.get(sampleTextModel.id)).toEqual({ check: null, failure: 'gone' });
  });

  it('says nothing of the same prompt for another model, or in another chat', async () => {
    const { asked, request } = slowEngine();
    const checker = new PromptChecker(request);
    const prompt = { model: 'text', prompt: 'x', chat: { system: 'Be brief.' } };
    checker.schedule(prompt);
    await vi.runAllTimersAsync();
    asked[0]?.reply(answer('y'));
    await vi.runAllTimersAsync();
    const state = checker.store.getState();
    expect(speaksOf(state, prompt)).toBe(true);
    expect(speaksOf(state, { ...prompt, model: 'kin' })).toBe(false);
    expect(speaksOf(state, { ...prompt, chat: null })).toBe(false);
    expect(speaksOf(state, { ...prompt, chat: { system: '' } })).toBe(false);
  });
});
