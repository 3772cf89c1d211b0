import { Ellipsis, SlidersHorizontal } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import type { LaneSettings } from '../../../main/contract/lanes';
import type { ModelSummary } from '../../../main/contract/model';
import { IconButton } from '../../design/icon-button';
import { Menu, type MenuEntry } from '../../design/menu';
import { Popover } from '../../design/popover';
import { configureLane, duplicateLane, moveLane, removeLane } from '../../state/lane-commands';
import { useServices } from '../../state/services';
import { LaneSettingsForm } from './lane-settings-form';

export interface LaneToolsProps {
  /** Key of the lane's column. */
  readonly lane: string;
  readonly title: string;
  readonly settings: LaneSettings;
  readonly editable: boolean;
  readonly place: number;
  readonly count: number;
}

const noModels: readonly ModelSummary[] = [];

/** Settings and menu of a lane. Stands apart from its head, which is drawn anew with every frame of a stream. */
export const LaneTools = memo(function LaneTools({ lane: key, title, settings, editable, place, count }: LaneToolsProps) {
  const services = useServices();
  const models = useStore(services.engine.store, ({ facts }) => facts?.models) ?? noModels;
  const ownModel = useStore(services.workspace.store, (state) => state.document.model);
  const reading = useStore(services.workspace.store, (state) => state.textColumns.includes(key));

  const toggleReading = (): void => {
    const { textColumns } = services.workspace.store.getState();
    services.workspace.setView({ textColumns: reading ? textColumns.filter((column) => column !== key) : [...textColumns, key] });
  };
  const entries: MenuEntry[] = [
    { key: 'text', label: 'Read as text', note: 'Flowing tokens, without gloss', checked: reading, onSelect: toggleReading },
    { kind: 'separator', key: 'line' },
    {
      key: 'left',
      label: 'Move left',
      disabled: !editable || place === 0,
      onSelect: () => {
        moveLane(services, key, place - 1);
      },
    },
    {
      key: 'right',
      label: 'Move right',
      disabled: !editable || place >= count - 1,
      onSelect: () => {
        moveLane(services, key, place + 1);
      },
    },
    {
      key: 'duplicate',
      label: 'Duplicate lane',
      disabled: !editable,
      onSelect: () => {
        duplicateLane(services, key);
      },
    },
    {
      key: 'remove',
      label: 'Remove lane',
      onSelect: () => {
        removeLane(services, key);
      },
    },
  ];
  return (
    <>
      {editable && (
        <Popover
          title={`Settings of ${title}`}
          trigger={
            <IconButton label={`Configure ${title}`}>
              <SlidersHorizontal size={13} aria-hidden="true" />
            </IconButton>
          }
        >
          <LaneSettingsForm
            settings={settings}
            models={models}
            ownModel={ownModel}
            onChange={(next) => {
              configureLane(services, key, next);
            }}
          />
        </Popover>
      )}
      <Menu
        entries={entries}
        trigger={
          <IconButton label={`Menu of ${title}`}>
            <Ellipsis size={14} aria-hidden="true" />
          </IconButton>
        }
      />
    </>
  );
});
