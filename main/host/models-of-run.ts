import { deviceOfModel, modelsOfLanes } from '../contract/lane-models';
import type { PromptCheck } from '../contract/model';
import type { RunRequest } from '../contract/run';
import type { PromptReader } from '../models/prompt-reader';
import { defaultLayout, type ModelOfRun, type RunInput } from '../runtime/execute-run';
import { chatFor, refuse } from '../runtime/refuse-run';
import type { LoadListener } from './connection';
import type { ModelShelf } from './model-shelf';

/**
 * The models a run needs, ready to run. Whether each can read the prompt and run its lanes is known before any of them is loaded.
 * @throws InterlinearError `unknown-model`, `bad-model`, `bad-prompt`, `unsupported`, `bad-request`
 */
export async function loadModelsOfRun(
  shelf: ModelShelf,
  request: RunRequest,
  { forked, onLoad }: { readonly forked: boolean; readonly onLoad?: LoadListener },
): Promise<RunInput['models']> {
  const checked: { readonly summary: PromptReader['summary']; readonly check: PromptCheck }[] = [];
  for (const id of modelsOfLanes(request)) {
    const reader = await shelf.reader(id);
    checked.push({ summary: reader.summary, check: checkFor(reader, request) });
  }
  refuse(request, checked, forked);
  const models: ModelOfRun[] = [];
  for (const { summary, check } of checked) {
    const model = await shelf.load(summary.id, deviceOfModel(request, summary.id), onLoad);
    models.push({ model, check, layout: defaultLayout(model) });
  }
  const [own, ...others] = models;
  if (!own) throw new Error('A run has at least one lane, and a lane a model');
  return [own, ...others];
}

function checkFor({ summary, checkPrompt }: PromptReader, request: RunRequest): PromptCheck {
  const chat = chatFor(request, summary);
  const check = checkPrompt(request.prompt, chat);
  if (request.chat === null || chat !== null) return check;
  const message = `${summary.name} has no chat template: it reads the prompt as it stands.`;
  return { ...check, problems: [...check.problems, { start: 0, end: request.prompt.length, severity: 'warning', message, hint: '' }] };
}
