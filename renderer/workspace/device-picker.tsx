import { ChevronDown } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import { automaticReason } from '../../main/contract/automatic-device';
import { type Device, type DeviceChoice, deviceNames } from '../../main/contract/devices';
import type { DeviceSummary } from '../../main/contract/model';
import { Menu, type MenuEntry } from '../design/menu';
import select from '../design/select.module.css';
import { type Check, checkOf, checkText } from '../state/checks';
import { automaticDevice } from '../state/devices';
import { useServices } from '../state/services';
import { perform } from '../state/workbench';

const noteOf = ({ note }: DeviceSummary, underWay: Check | undefined): string => (underWay ? checkText(underWay) : note);

const choiceName = (choice: DeviceChoice): string => (choice === 'auto' ? 'Auto' : deviceNames[choice]);

/** The device of the next run, what is known of each with the model, and the way to check one. */
export const DevicePicker = memo(function DevicePicker() {
  const { workspace, devices, checks, activity, engine } = useServices();
  const model = useStore(workspace.store, (state) => state.document.model);
  const chosen = useStore(workspace.store, (state) => state.document.device);
  const ready = useStore(engine.store, (state) => state.state === 'ready');
  const { known, asking, error } = useStore(devices.store);
  const { running } = useStore(checks.store);
  const list = known.get(model);
  const automatic = automaticDevice(list);
  const choose = (device: DeviceChoice): void => {
    workspace.edit('choose device', { device });
  };
  const check = (device: Device): void => {
    perform(() => activity.during(() => devices.check(model, device)));
  };
  const checkUnderWay = ({ id }: DeviceSummary): Check | undefined => checkOf(running, { model, device: id });
  const toCheck =
    list?.filter(
      (device) => device.id !== 'cpu' && (checkUnderWay(device) !== undefined || ['unchecked', 'failed'].includes(device.state)),
    ) ?? [];
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
          note: noteOf(device, checkUnderWay(device)),
          checked: device.id === chosen,
          disabled: device.state === 'absent',
          onSelect: () => {
            choose(device.id);
          },
        }))),
    ...(toCheck.length === 0 ? [] : [{ kind: 'separator' as const, key: 'line' }]),
    ...toCheck.map((device): MenuEntry => {
      const underWay = checkUnderWay(device);
      return {
        key: `check-${device.id}`,
        label: underWay ? `Stop checking ${device.name}` : `Check ${device.name}`,
        note: underWay ? 'What was found before stays' : 'Compares what it computes with the model’s reference',
        disabled: underWay?.stopping ?? false,
        onSelect: () => {
          if (underWay) checks.stop(underWay);
          else check(device.id);
        },
      };
    }),
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
