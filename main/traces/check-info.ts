import { modelsOfRun } from '../contract/lane-models';
import type { RunInfo, RunModelInfo } from '../contract/run';

/** Widest model a trace may be of; keeps sizes computed from the file far from what memory can hold. */
const maximumWidth = 1 << 17;

/** What contradicts itself in the description of a run read from disk, or null. The schema has been checked already. */
export function infoFault(info: RunInfo): string | null {
  const models = modelsOfRun(info);
  const stranger = info.request.lanes.find((lane) => lane.model !== undefined && !models.some(({ model }) => model.id === lane.model));
  if (stranger) return `a lane is on the model “${stranger.model}”, which the run does not have`;
  return models.map(modelFault).find((fault) => fault !== null) ?? null;
}

function modelFault({ model: { layers, width }, layout }: RunModelInfo): string | null {
  if (width < 1 || width > maximumWidth) return `a model of width ${width} is not possible`;
  if (layout.streams !== layers + 1) return `${layers} layers leave ${layers + 1} residual streams, not ${layout.streams}`;
  return null;
}
