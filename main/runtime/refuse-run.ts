import { InterlinearError } from '../contract/errors';
import { deviceOfModel } from '../contract/lane-models';
import type { Chat, ModelSummary, PromptCheck } from '../contract/model';
import type { RunRequest } from '../contract/run';

/** A model as far as it takes to know whether lanes can run on it: its weights need not be loaded. */
export interface CheckedModel {
  readonly summary: ModelSummary;
  readonly check: PromptCheck;
}

/** The chat a model of a run reads. The run's own reads what was asked for; others read a chat where they have a template, else the prompt as it stands. */
export function chatFor(request: RunRequest, { id, chat }: ModelSummary): Chat | null {
  return chat || id === request.model ? request.chat : null;
}

/**
 * Refuses what cannot be run.
 * @param models the run's own first: lanes that name none of the others are on it
 * @throws InterlinearError `bad-prompt`, `unsupported`, `bad-request`
 */
export function refuse(request: RunRequest, models: readonly CheckedModel[], forked: boolean): void {
  for (const [place, { summary, check }] of models.entries()) {
    const problem = check.problems.find(({ severity }) => severity === 'error');
    if (!problem) continue;
    const whose = place === 0 && models.length === 1 ? '' : `${summary.name} cannot read this prompt: `;
    throw new InterlinearError('bad-prompt', `${whose}${problem.message}`, problem.hint);
  }
  for (const [index, { kind, model }] of request.lanes.entries()) {
    const { summary } = models.find((each) => each.summary.id === model) ?? models[0] ?? {};
    if (!summary || summary.lanes.includes(kind)) continue;
    const known = summary.lanes.join(', ');
    const where = model === undefined ? '' : `Lane ${index + 1}: `;
    throw new InterlinearError('unsupported', `${where}${summary.name} cannot run the lane ${kind}.`, `It can run: ${known}.`);
  }
  for (const [index, { model, device }] of request.lanes.entries()) {
    const id = model ?? request.model;
    const other = deviceOfModel(request, id);
    if (device === undefined || device === other) continue;
    const name = models.find((each) => each.summary.id === id)?.summary.name ?? id;
    const whose = id === request.model ? 'the run has its own model' : 'another lane has the same model';
    const message = `Lane ${index + 1} asks for ${name} on ${device}, and ${whose} on ${other}.`;
    throw new InterlinearError('bad-request', message, 'A model of a run is on one device: name the same one, or only one.');
  }
  if (forked && request.lanes.length !== 1)
    throw new InterlinearError('bad-request', 'A fork runs exactly one lane.', 'Fork one lane at a time.');
}
