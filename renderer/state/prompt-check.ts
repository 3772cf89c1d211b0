import { createStore, type StoreApi } from 'zustand/vanilla';
import { toErrorReport } from '../../main/contract/errors';
import type { PromptCheck } from '../../main/contract/model';
import type { EngineRequest } from './engine-connection';

const debounceMilliseconds = 120;

export interface PromptCheckState {
  /** The prompt that `check` speaks of; a check of another prompt says nothing about this one. */
  readonly prompt: string;
  readonly check: PromptCheck | null;
  /** Set where the engine could not check: then nothing is known, which is not the same as no problem. */
  readonly failure: string | null;
}

/** Checks the prompt as it is typed: a short pause, then one request; only the answer to the latest text counts. */
export class PromptChecker {
  readonly store: StoreApi<PromptCheckState> = createStore<PromptCheckState>(() => ({ prompt: '', check: null, failure: null }));
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

  schedule(model: string, prompt: string): void {
    this.#latest += 1;
    const turn = this.#latest;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#check(turn, model, prompt);
    }, debounceMilliseconds);
  }

  async #check(turn: number, model: string, prompt: string): Promise<void> {
    try {
      const check = await this.#request('prompt.check', { model, prompt });
      if (turn === this.#latest) this.store.setState({ prompt, check, failure: null });
    } catch (thrown) {
      if (turn === this.#latest) this.store.setState({ prompt, check: null, failure: toErrorReport(thrown).message });
    } finally {
      if (turn === this.#latest) this.#settled = turn;
    }
  }
}
