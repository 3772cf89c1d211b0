import { memo } from 'react';
import { Command } from 'cmdk';
import { Dialog } from '../../design/dialog';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import type { Action } from './action';
import { isMac, keyText } from './keys';
import styles from './palette.module.css';

export interface PaletteProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly actions: readonly Action[];
}

/** Every action by name. */
export const Palette = memo(function Palette({ open, onOpenChange, actions }: PaletteProps) {
  const { shell } = useServices();
  const mac = isMac(shell.platform);
  const offered = open
    ? actions.filter((action) => action.id !== 'palette' && action.id !== 'add-lane' && action.id !== 'stop' && action.enabled())
    : [];
  const groups = [...new Set(offered.map((action) => action.group))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="All actions" bare>
      <Command label="All actions" className={styles['palette']} loop>
        <Command.Input className={styles['input']} placeholder="Type an action…" />
        <Command.List className={styles['list']}>
          <Command.Empty className={styles['empty']}>No action by that name.</Command.Empty>
          {groups.map((group) => (
            <Command.Group key={group} heading={group} className={styles['group']}>
              {offered
                .filter((action) => action.group === group)
                .map((action) => (
                  <Command.Item
                    key={action.id}
                    value={action.title}
                    className={styles['item']}
                    onSelect={() => {
                      onOpenChange(false);
                      perform(action.run);
                    }}
                  >
                    {action.title}
                    {action.keys !== undefined && <kbd>{keyText(action.keys, mac)}</kbd>}
                  </Command.Item>
                ))}
            </Command.Group>
          ))}
        </Command.List>
      </Command>
    </Dialog>
  );
});
