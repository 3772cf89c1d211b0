import type { DeviceChoice } from './devices';
import type { FrameLayout } from './frame';
import type { LaneSettings } from './lanes';
import type { RunInfo, RunModelInfo } from './run';

/** Ids of the models a run's lanes are on, each once: the run's own first where a lane is on it, then in the order of the lanes. */
export function modelsOfLanes(request: { readonly model: string; readonly lanes: readonly LaneSettings[] }): readonly string[] {
  const used = new Set(request.lanes.map((lane) => lane.model ?? request.model));
  return used.delete(request.model) ? [request.model, ...used] : [...used];
}

/** The device a model of a run is asked to be on: the run's own where the run is, another where its lanes say, else where the run is. */
export function deviceOfModel(
  request: { readonly model: string; readonly device: DeviceChoice; readonly lanes: readonly LaneSettings[] },
  id: string,
): DeviceChoice {
  if (id === request.model) return request.device;
  return request.lanes.find((lane) => lane.model === id && lane.device !== undefined)?.device ?? request.device;
}

/** The model a lane of a run is on. */
export function modelOfLane(info: RunInfo, lane: number): RunModelInfo {
  if (info.others.length === 0) return info;
  const id = info.request.lanes[lane]?.model ?? info.request.model;
  return info.others.find(({ model }) => model.id === id) ?? info;
}

/** All models of a run. */
export function modelsOfRun(info: RunInfo): readonly RunModelInfo[] {
  return [info, ...info.others];
}

/** How the steps of each lane of a run are packed: lanes of one model are packed alike. */
export function layoutsOf(info: RunInfo): (lane: number) => FrameLayout {
  return (lane) => modelOfLane(info, lane).layout;
}

/** Why models of a run are not on the device that was asked for, or null where all are. */
export function deviceNoteOf(info: RunInfo): string | null {
  const notes = new Set(modelsOfRun(info).flatMap(({ deviceNote }) => deviceNote ?? []));
  return notes.size === 0 ? null : [...notes].join(' ');
}
