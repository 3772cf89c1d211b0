import type { DeviceChoice } from '../../main/contract/devices';
import { deviceOfModel, modelsOfLanes } from '../../main/contract/lane-models';
import type { LaneSettings } from '../../main/contract/lanes';
import type { EngineFacts } from './engine-connection';
import type { RunningModel } from './loading-models';
import { modelOf } from './model-commands';

/** A model as a run needs it. */
export function runningModel(facts: EngineFacts | null, id: string, device: string): RunningModel {
  const model = modelOf(facts, id);
  return { id, name: model?.name ?? id, bytes: model?.bytes ?? 0, device };
}

/** The models a run needs, each once. */
export function runningModels(
  facts: EngineFacts | null,
  request: { readonly model: string; readonly lanes: readonly LaneSettings[]; readonly device: DeviceChoice },
): RunningModel[] {
  return modelsOfLanes(request).map((id) => runningModel(facts, id, deviceOfModel(request, id)));
}
