import { ChevronDown } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { automaticReason } from '../../main/contract/automatic-device';
import { type Device, type DeviceChoice, deviceNames, type DeviceSummary } from '../../main/contract/model';
import { Menu, type MenuEntry } from '../design/menu';
import select from '../design/select.module.css';
import { automaticDevice } from '../state/devices';
import { useServices } from '../state/services';
import { perform } from '../state/workbench';

const choiceName = (choice: DeviceChoice): string => (choice === 'auto' ? 'Auto' : deviceNames[choice]);

/** The device of the next run, what is known of each with the model, and the way to check one. */
export const DevicePicker = memo(function DevicePicker() {
  const { workspace, devices, activity, engine } = useServices();
  const model = useStore(workspace.store, (state) => state.document.model);
  const chosen = useStore(workspace.store, (state) => state.document.device);
  const ready = useStore(engine.store, (state) => state.state === 'ready');
  const { known, asking, checking, error } = useStore(devices.store);
  const list = known.get(model);
  const automatic = automaticDevice(list);
  const choose = (device: DeviceChoice): void => {
    workspace.edit('choose device', { device });
  };
  const check = (device: Device): void => {
    perform(() => activity.during(() => devices.check(model, device)));
  };
  const isChecking = ({ id }: DeviceSummary): boolean => checking.has(`${model}/${id}`);
  const toCheck = list?.filter(({ id, state }) => id !== 'cpu' && (state === 'unchecked' || state === 'failed')) ?? [];
  const entries: MenuEntry[] = [
    {
      key: 'auto',
      label: 'Auto',
      note: list ? `${deviceNames[automatic]}: ${automaticReason(list)}.` : 'The fastest device this model has passed parity on.',
      checked: chosen === 'auto',
      onSelect: () => {
        choose('auto');
      },
    },
    ...(list === undefined
      ? [{ kind: 'heading' as const, key: 'asking', label: error === null ? 'Trying devices…' : error.message }]
      : list.map((device): MenuEntry => ({
          key: device.id,
          label: device.name,
          note: isChecking(device) ? 'Being compared with the model’s reference…' : device.note,
          checked: device.id === chosen,
          disabled: device.state === 'absent',
          onSelect: () => {
            choose(device.id);
          },
        }))),
    ...(toCheck.length === 0 ? [] : [{ kind: 'separator' as const, key: 'line' }]),
    ...toCheck.map((device): MenuEntry => ({
      key: `check-${device.id}`,
      label: `Check ${device.name}`,
      note: 'Compares what it computes with the model’s reference',
      disabled: isChecking(device),
      onSelect: () => {
        check(device.id);
      },
    })),
  ];
  const shown = chosen === 'auto' ? `Auto: ${deviceNames[automatic]}` : choiceName(chosen);
  return (
    <Menu
      entries={entries}
      onOpenChange={(open) => {
        if (open && ready && !asking.has(model)) void activity.during(() => devices.refresh(model));
      }}
      trigger={
        <button type="button" className={select['inline']} aria-label={`Device: ${shown}`}>
          <span className={select['modelLabel']}>Device</span>
          <span className={select['value']}>{shown}</span>
          <span className={select['icon']}>
            <ChevronDown size={12} aria-hidden="true" />
          </span>
        </button>
      }
    />
  );
});
