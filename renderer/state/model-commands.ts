import type { LaneKind, LaneSettings } from '../../main/contract/lanes';
import type { ModelSummary } from '../../main/contract/model';
import type { EngineFacts } from './engine-connection';
import type { Services } from './services';
import type { Draft } from './workspace-document';

/** What is known of a model, where the engine has it. */
export function modelOf(facts: EngineFacts | null, id: string): ModelSummary | undefined {
  return facts?.models.find((model) => model.id === id);
}

/** Whether a model's prompts are free text. Until the engine has answered, the embedded model is known to read facts. */
export function readsText(facts: EngineFacts | null, id: string): boolean {
  return (modelOf(facts, id)?.task ?? (id === 'kin' ? 'kin' : 'text')) === 'text';
}

/** Why a model cannot run a kind of lane, or null where it can or where that is not known. */
export function laneObstacle(model: ModelSummary | undefined, kind: LaneKind): string | null {
  if (model === undefined || model.lanes.includes(kind)) return null;
  if (kind === 'coconut') return `${model.name} was not trained to think in vectors`;
  return `${model.name} cannot run this lane`;
}

/** What a lane is on a model that can run it but was not made for it: something to compare with, not a reasoner. Null where it is more. */
export function laneControl(model: ModelSummary | undefined, kind: LaneKind): string | null {
  if (model?.task !== 'text' || kind !== 'coconut' || laneObstacle(model, kind) !== null) return null;
  return `A control: ${model.name} was not trained to think in vectors`;
}

/** Why a lane cannot be run on the model it names, or on the workspace's where it names none; null where it can. */
export function obstacleOf(facts: EngineFacts | null, own: string, { kind, model: named }: LaneSettings): string | null {
  const model = modelOf(facts, named ?? own);
  if (named !== undefined && facts !== null && model === undefined) return `${named} is not installed`;
  return laneObstacle(model, kind);
}

/** What stands in the editor for a model that has not been written for yet. */
function firstDraft(facts: EngineFacts | null, id: string): Draft {
  if (!readsText(facts, id)) return { prompt: facts?.presets[0]?.prompt ?? '', chat: null };
  return { prompt: '', chat: modelOf(facts, id)?.chat === true ? { system: '' } : null };
}

/** Takes another model for the next run. What was written for this one is kept and comes back with it. */
export function chooseModel(services: Services, id: string): void {
  const { workspace, engine } = services;
  const { model, prompt, chat, drafts } = workspace.document;
  if (id === model) return;
  const draft = drafts[id] ?? firstDraft(engine.store.getState().facts, id);
  workspace.edit('choose model', { model: id, ...draft, drafts: { ...drafts, [model]: { prompt, chat } } });
}

/** Reads the prompt as a chat with the model's template around it, or as raw text. */
export function setChat(services: Services, chat: Draft['chat']): void {
  services.workspace.edit(chat === null ? 'read as raw text' : 'read as chat', { chat });
}

export function editSystem(services: Services, system: string): void {
  services.workspace.edit('edit system prompt', { chat: { system } }, { mergeKey: 'system' });
}
