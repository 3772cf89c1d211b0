import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LaneSettings } from '../../main/contract/lanes';
import { modelsOfLanes } from '../../main/contract/lane-models';
import type { MemoryFacts } from '../../main/contract/memory';
import type { ModelSummary } from '../../main/contract/model';
import type { EngineRequest } from './engine-connection';
import { loadBytes } from './model-memory';

/** More is needed than there is. */
export interface Shortage extends MemoryFacts {
  readonly neededBytes: number;
}

/** The machine's memory, as far as the window has asked. */
export class Memory {
  /** Null while nothing is known. */
  readonly store: StoreApi<{ readonly known: MemoryFacts | null }> = createStore(() => ({ known: null as MemoryFacts | null }));
  readonly #request: EngineRequest;

  constructor(request: EngineRequest) {
    this.#request = request;
  }

  /** Asks anew. Where the engine cannot say, nothing is known, and nobody is warned. */
  async refresh(): Promise<void> {
    const known = await this.#request('memory', {}).catch(() => null);
    this.store.setState({ known });
  }
}

/** @returns null where it is enough or where that is not known */
export function shortageOf(known: MemoryFacts | null, neededBytes: number): Shortage | null {
  return known === null || neededBytes <= known.availableBytes ? null : { ...known, neededBytes };
}

/** Rows of a lane that keep a cache of their own. */
function rowsOf(lane: LaneSettings): number {
  if (lane.kind === 'best-of-n') return lane.n;
  return lane.kind === 'cot' ? lane.samples : 1;
}

/**
 * Bytes a run may come to take: what loading its models takes that are not in memory yet, and the keys and values of the prompt (once for each model) and of
 * every chain at its full length.
 */
export function memoryOfRun(
  run: { readonly model: string; readonly lanes: readonly LaneSettings[]; readonly promptTokens: number },
  modelOf: (id: string) => ModelSummary | undefined,
  isLoaded: (id: string) => boolean,
): number {
  const { model: own, lanes, promptTokens } = run;
  return modelsOfLanes({ model: own, lanes }).reduce((sum, id) => {
    const model = modelOf(id);
    if (model === undefined) return sum;
    const room = model.maximumPositions === null ? Infinity : Math.max(0, model.maximumPositions - promptTokens);
    const steps = lanes
      .filter((lane) => (lane.model ?? own) === id)
      .reduce((all, lane) => all + rowsOf(lane) * Math.min(lane.maximumSteps, room), 0);
    return sum + (isLoaded(id) ? 0 : loadBytes(model)) + (promptTokens + steps) * model.cacheBytesPerPosition;
  }, 0);
}
