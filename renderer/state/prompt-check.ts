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

export interface PromptCheckState extends CheckedPrompt {
  readonly check: PromptCheck | null;
  /** Set where the engine could not check: then nothing is known, which is not the same as no problem. */
  readonly failure: string | null;
}

/** Whether a check speaks of this prompt: one of another says nothing about it. */
export function speaksOf(state: PromptCheckState, { model, prompt, chat }: CheckedPrompt): boolean {
  return state.prompt === prompt && state.model === model && state.chat?.system === chat?.system;
}

/** Checks the prompt as it is typed: a short pause, then one request; only the answer to the latest text counts. */
export class PromptChecker {
  readonly store: StoreApi<PromptCheckState> = createStore<PromptCheckState>(() => ({
    model: '',
    prompt: '',
    chat: null,
    check: null,
    failure: null,
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

  schedule({ model, prompt, chat }: CheckedPrompt): void {
    this.#latest += 1;
    const turn = this.#latest;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#check(turn, { model, prompt, chat });
    }, debounceMilliseconds);
  }

  async #check(turn: number, checked: CheckedPrompt): Promise<void> {
    try {
      const check = await this.#request('prompt.check', checked);
      if (turn === this.#latest) this.store.setState({ ...checked, check, failure: null });
    } catch (thrown) {
      if (turn === this.#latest) this.store.setState({ ...checked, check: null, failure: toErrorReport(thrown).message });
    } finally {
      if (turn === this.#latest) this.#settled = turn;
    }
  }
}
