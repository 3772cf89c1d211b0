import { useStore } from 'zustand';
import { deviceOfModel } from '../../main/contract/lane-models';
import { wantsFreshEngine } from './fresh-engine';
import { modelOf, obstacleOf } from './model-commands';
import { memoryOfRun, type Shortage, shortageOf } from './memory';
import { speaksOf } from './prompt-check';
import { runningModels } from './running-models';
import { useServices, type Services } from './services';

/** Until the tokens of a prompt are counted. */
const charactersPerToken = 4;

/** The memory the workspace's next run may come to need, where that is more than there is; null where it fits or nothing is known. */
export function runShortage(services: Services): Shortage | null {
  const { workspace, engine, checker, activity, memory } = services;
  const { model, lanes: all, device, prompt } = workspace.document;
  const { known } = memory.store.getState();
  if (known === null) return null;
  const { facts } = engine.store.getState();
  const checked = checker.store.getState();
  const counted = speaksOf(checked, workspace.document) ? checked.check?.tokens.length : undefined;
  const lanes = all.map(({ settings }) => settings).filter((lane) => obstacleOf(facts, model, lane) === null);
  const needed = memoryOfRun(
    { model, lanes, promptTokens: counted ?? Math.ceil(prompt.length / charactersPerToken) },
    (id) => modelOf(facts, id),
    (id) => activity.isLoaded({ id, device: deviceOfModel({ model, lanes, device }, id) }),
  );
  // An engine that makes way gives back what its models take.
  const left = activity.leftBehind(runningModels(facts, { model, lanes, device }));
  const freed = wantsFreshEngine(services, left) ? left : 0;
  return shortageOf({ ...known, availableBytes: Math.min(known.totalBytes, known.availableBytes + freed) }, needed);
}

/** The same for a view, which is drawn again when it changes. */
export function useRunShortage(): Shortage | null {
  const services = useServices();
  useStore(services.workspace.store, (state) => state.document);
  useStore(services.engine.store, (state) => state.facts);
  useStore(services.checker.store);
  useStore(services.activity.store, (state) => state.loaded);
  useStore(services.memory.store);
  return runShortage(services);
}
