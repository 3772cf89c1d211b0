import { useEffect } from 'react';
import { useStore } from 'zustand';
import { automaticReason } from '../../../main/contract/automatic-device';
import { type DeviceChoice, deviceNames } from '../../../main/contract/devices';
import { Select, type SelectItem } from '../../design/select';
import { automaticDevice } from '../../state/devices';
import { useServices } from '../../state/services';

export interface LaneDeviceProps {
  /** Id of the lane's model, another than the run's. */
  readonly model: string;
  /** What it is asked to be on; without it, what the run is. */
  readonly device: DeviceChoice | undefined;
  readonly onChange: (device: DeviceChoice | undefined) => void;
}

/** The device of a model that lanes of their own are on, with what is known of each. */
export function LaneDevice({ model, device, onChange }: LaneDeviceProps) {
  const { devices, activity, engine, workspace } = useServices();
  const list = useStore(devices.store, ({ known }) => known.get(model));
  const ready = useStore(engine.store, ({ state }) => state === 'ready');
  const ofRun = useStore(workspace.store, (state) => state.document.device);
  const unknown = list === undefined;
  useEffect(() => {
    if (ready && unknown) void activity.during(() => devices.refresh(model));
  }, [ready, unknown, devices, activity, model]);
  const automatic = automaticDevice(list);
  const items: SelectItem<DeviceChoice | ''>[] = [
    { value: '', label: 'As the run', note: `${ofRun === 'auto' ? 'Auto' : deviceNames[ofRun]}, chosen at the top` },
    { value: 'auto', label: 'Auto', note: list ? `${deviceNames[automatic]}: ${automaticReason(list)}.` : 'Trying devices…' },
    ...(list ?? []).map(({ id, name, note, state }) => ({ value: id, label: name, note, disabled: state === 'absent' })),
    // Until it is known again.
    ...(device === undefined || device === 'auto' || list?.some(({ id }) => id === device) === true
      ? []
      : [{ value: device, label: deviceNames[device] }]),
  ];
  return (
    <Select
      label="Device"
      hideLabel
      framed
      value={device ?? ''}
      items={items}
      onChange={(chosen) => {
        onChange(chosen === '' ? undefined : chosen);
      }}
    />
  );
}
