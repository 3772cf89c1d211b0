import { createStore, type StoreApi } from 'zustand/vanilla';
import { toErrorReport } from '../../main/contract/errors';
import type { Chat, PromptCheck } from '../../main/contract/model';
import type { EngineRequest } from './engine-connection';

const debounceMilliseconds = 120;

/** What is checked: the prompt, for which model, and what its template puts around it. */
export interface CheckedPrompt {
  readonly model: string;
  readonly prompt: string;
  readonly chat: Chat | null;
}

/** What a model makes of a prompt. */
export interface Reading {
  readonly check: PromptCheck | null;
  /** Set where the engine could not check: then nothing is known, which is not the same as no problem. */
  readonly failure: string | null;
}

export interface PromptCheckState extends CheckedPrompt, Reading {
  /** What the models of lanes that are not on the workspace's own make of it, by their ids. */
  readonly others: ReadonlyMap<string, Reading>;
}

/** Whether a check speaks of this prompt: one of another says nothing about it. */
export function speaksOf(state: CheckedPrompt, { model, prompt, chat }: CheckedPrompt): boolean {
  return state.prompt === prompt && state.model === model && state.chat?.system === chat?.system;
}

/** Checks the prompt as it is typed: a short pause, then one request a model; only the answer to the latest text counts. */
export class PromptChecker {
  readonly store: StoreApi<PromptCheckState> = createStore<PromptCheckState>(() => ({
    model: '',
    prompt: '',
    chat: null,
    check: null,
    failure: null,
    others: new Map(),
  }));
  readonly #request: EngineRequest;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #latest = 0;
  #settled = 0;

  constructor(request: EngineRequest) {
    this.#request = request;
  }

  get pending(): boolean {
    return this.#latest !== this.#settled;
  }

  schedule({ model, prompt, chat }: CheckedPrompt, others: readonly CheckedPrompt[] = []): void {
    this.#latest += 1;
    const turn = this.#latest;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#check(turn, { model, prompt, chat }, others);
    }, debounceMilliseconds);
  }

  async #check(turn: number, own: CheckedPrompt, others: readonly CheckedPrompt[]): Promise<void> {
    const [reading, ...rest] = await Promise.all([this.#read(own), ...others.map(async (other) => this.#read(other))]);
    if (turn !== this.#latest) return;
    this.#settled = turn;
    this.store.setState({
      ...own,
      ...reading,
      others: new Map(others.map(({ model }, place) => [model, rest[place] ?? { check: null, failure: null }])),
    });
  }

  async #read(prompt: CheckedPrompt): Promise<Reading> {
    try {
      return { check: await this.#request('prompt.check', { ...prompt }), failure: null };
    } catch (thrown) {
      return { check: null, failure: toErrorReport(thrown).message };
    }
  }
}
