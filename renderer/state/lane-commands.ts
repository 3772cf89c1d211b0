import type { DeviceChoice } from '../../main/contract/devices';
import { InterlinearError } from '../../main/contract/errors';
import { type LaneKind, type LaneSettings, laneSettingsSchema, maximumLanes } from '../../main/contract/lanes';
import type { Preset } from '../../main/contract/model';
import type { Services } from './services';
import { defaultLaneSettings, makeLane, withThoughts } from './workspace-document';

export function addLane(services: Services, kind: LaneKind): void {
  const { lanes } = services.workspace.document;
  if (lanes.length >= maximumLanes) {
    throw new InterlinearError('bad-request', `A run has at most ${maximumLanes} lanes.`, 'Remove one first.');
  }
  services.workspace.edit('add lane', { lanes: [...lanes, makeLane(defaultLaneSettings(kind))] });
}

export function duplicateLane(services: Services, key: string): void {
  const { lanes } = services.workspace.document;
  if (lanes.length >= maximumLanes) return;
  services.workspace.edit('duplicate lane', {
    lanes: lanes.flatMap((lane) => (lane.key === key ? [lane, makeLane(lane.settings)] : [lane])),
  });
}

/** Removes a lane, or the column a recorded run brought along. */
export function removeLane(services: Services, key: string): void {
  const { lanes, rows } = services.workspace.document;
  services.workspace.edit('remove lane', {
    lanes: lanes.filter((lane) => lane.key !== key),
    ...(rows.some((row) => row.extraColumns.includes(key)) && {
      rows: rows.map((row) => ({ ...row, extraColumns: row.extraColumns.filter((extra) => extra !== key) })),
    }),
  });
}

/** A model of a run is on one device: lanes on the same model take it over from each other, a lane that comes to a model from those on it. */
export function configureLane(services: Services, key: string, settings: LaneSettings): void {
  const { lanes, model } = services.workspace.document;
  const isAlike = (lane: LaneSettings): boolean => (lane.model ?? model) === (settings.model ?? model);
  const before = lanes.find((lane) => lane.key === key)?.settings;
  const others = lanes.filter((lane) => lane.key !== key && isAlike(lane.settings));
  const comes = before !== undefined && !isAlike(before);
  const device = comes && others.length > 0 ? others[0]?.settings.device : settings.device;
  services.workspace.edit(
    'configure lane',
    {
      lanes: lanes.map((lane) => {
        if (lane.key === key) return { key, settings: onDevice(settings, device) };
        return isAlike(lane.settings) ? { ...lane, settings: onDevice(lane.settings, device) } : lane;
      }),
    },
    { mergeKey: `configure ${key}` },
  );
}

/** Settings with this device, or none. Parsed, so that the same settings always look the same. */
export function onDevice(settings: LaneSettings, device: DeviceChoice | undefined): LaneSettings {
  const { device: _before, ...rest } = settings;
  return laneSettingsSchema.parse(device === undefined ? rest : { ...rest, device });
}

/** Puts a lane where another stands; the others close up. */
export function moveLane(services: Services, key: string, target: number): void {
  const lanes = [...services.workspace.document.lanes];
  const from = lanes.findIndex((lane) => lane.key === key);
  const [lane] = lanes.splice(from, 1);
  if (from < 0 || lane === undefined || target < 0 || target > lanes.length || target === from) return;
  lanes.splice(target, 0, lane);
  services.workspace.edit('move lane', { lanes });
}

/** A preset brings its prompt and the number of thoughts it needs. */
export function choosePreset(services: Services, preset: Preset): void {
  const lanes = services.workspace.document.lanes.map((lane) => ({
    ...lane,
    settings: withThoughts(lane.settings, preset.recommended.thoughts),
  }));
  services.workspace.edit('choose preset', { prompt: preset.prompt, lanes });
}

/** Reads every lane as flowing text, or all of them as cells again. */
export function toggleReading({ workspace }: Services): void {
  const { document, textColumns } = workspace.store.getState();
  const columns = [...document.lanes.map((lane) => lane.key), ...document.rows.flatMap((row) => row.extraColumns)];
  const reading = columns.every((column) => textColumns.includes(column));
  workspace.setView({ textColumns: reading ? [] : columns });
}
