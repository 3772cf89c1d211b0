import { useStore } from 'zustand';
import type { PromptCheck, PromptProblem } from '../../../main/contract/model';
import { modelOf } from '../../state/model-commands';
import { speaksOf } from '../../state/prompt-check';
import { useServices } from '../../state/services';

/** What one model of the next run makes of the prompt. */
export interface ModelReading {
  readonly id: string;
  readonly name: string;
  /** The last that is known: a number that comes and goes with every key cannot be read. Null while nothing is. */
  readonly check: PromptCheck | null;
  /** Positions the model can read and write; null where it sets no limit. */
  readonly limit: number | null;
  /** Its chat template stands around the prompt. */
  readonly template: boolean;
}

export interface Readings {
  /** The workspace's own model first, then the others lanes are on. */
  readonly models: readonly ModelReading[];
  /** What is wrong with the prompt as it stands now; empty while that is not known. */
  readonly problems: readonly PromptProblem[];
  /** Why nothing is known of the prompt as it stands now, or null. */
  readonly failure: string | null;
}

/** What the models of the next run make of the prompt. */
export function useReadings(): Readings {
  const { workspace, checker, engine } = useServices();
  const document = useStore(workspace.store, (state) => state.document);
  const facts = useStore(engine.store, (state) => state.facts);
  const state = useStore(checker.store);
  const current = speaksOf(state, document);
  const reading = (id: string, check: PromptCheck | null): ModelReading => {
    const model = modelOf(facts, id);
    return {
      id,
      name: model?.name ?? id,
      check,
      limit: model?.maximumPositions ?? null,
      template: model?.chat === true && document.chat !== null,
    };
  };
  const own = reading(document.model, state.model === document.model ? state.check : null);
  const others = [...state.others].map(([id, { check }]) => reading(id, check));
  return {
    models: [own, ...others],
    problems: current ? [...(own.check?.problems ?? []), ...others.flatMap(problemsOfOther)] : [],
    failure: current ? state.failure : null,
  };
}

/** Problems another model has with the prompt, with its name. */
function problemsOfOther({ name, check }: ModelReading): PromptProblem[] {
  return (check?.problems ?? []).map((problem) => ({
    ...problem,
    message: problem.severity === 'error' ? `${name} cannot read this prompt: ${problem.message}` : `${name}: ${problem.message}`,
  }));
}
