import { memo } from 'react';
import { Dialog } from '../../design/dialog';
import { useServices } from '../../state/services';
import type { Action } from './action';
import { isMac, keyText } from './keys';
import styles from './keys-dialog.module.css';

export interface KeysDialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly actions: readonly Action[];
}

/** The keys and what they do. */
export const KeysDialog = memo(function KeysDialog({ open, onOpenChange, actions }: KeysDialogProps) {
  const { shell } = useServices();
  const mac = isMac(shell.platform);
  const groups = [...new Set(actions.flatMap((action) => (action.keys === undefined ? [] : [action.group])))];
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keys">
      <div className={styles['columns']}>
        {groups.map((group) => (
          <section key={group} className={styles['group']}>
            <h3>{group}</h3>
            <dl>
              {actions.map((action) =>
                action.group === group && action.keys !== undefined ? (
                  <div key={action.id}>
                    <dt>{action.title}</dt>
                    <dd>
                      <kbd>{keyText(action.keys, mac)}</kbd>
                    </dd>
                  </div>
                ) : null,
              )}
            </dl>
          </section>
        ))}
      </div>
      <p className={styles['note']}>
        Hover a step to move the cursor in every lane; click to pin it. Drag a lane by its name to move it. Drop a trace on the window to
        open it.
      </p>
    </Dialog>
  );
});
