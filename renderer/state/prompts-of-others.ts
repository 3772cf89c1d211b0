import { modelsOfLanes } from '../../main/contract/lane-models';
import type { EngineFacts } from './engine-connection';
import { modelOf } from './model-commands';
import type { CheckedPrompt } from './prompt-check';
import type { WorkspaceDocument } from './workspace-document';

/** The workspace's prompt for each model that lanes are on besides its own; a chat where the model has a template. */
export function promptsOfOthers({ model, prompt, chat, lanes }: WorkspaceDocument, facts: EngineFacts | null): CheckedPrompt[] {
  return modelsOfLanes({ model, lanes: lanes.map(({ settings }) => settings) })
    .filter((id) => id !== model && modelOf(facts, id) !== undefined)
    .map((id) => ({ model: id, prompt, chat: modelOf(facts, id)?.chat === true ? chat : null }));
}
