import { Menu as Base } from '@base-ui/react/menu';
import { Check, TriangleAlert } from 'lucide-react';
import type { ReactElement } from 'react';
import styles from './popup.module.css';

export type MenuEntry =
  | {
      readonly kind?: 'action';
      readonly key: string;
      readonly label: string;
      readonly note?: string;
      /** What speaks against it; empty where nothing does. */
      readonly warning?: string;
      readonly shortcut?: string;
      /** Draws a check mark. */
      readonly checked?: boolean;
      readonly disabled?: boolean;
      readonly onSelect: () => void;
    }
  | { readonly kind: 'separator'; readonly key: string }
  | { readonly kind: 'heading'; readonly key: string; readonly label: string };

export interface MenuProps {
  /** The button that opens it. */
  readonly trigger: ReactElement;
  readonly entries: readonly MenuEntry[];
  readonly align?: 'start' | 'end';
  readonly onOpenChange?: (open: boolean) => void;
}

function MenuRow({ entry }: { readonly entry: MenuEntry }) {
  if (entry.kind === 'separator') return <Base.Separator className={styles['separator']} />;
  if (entry.kind === 'heading') return <div className={styles['heading']}>{entry.label}</div>;
  return (
    <Base.Item className={styles['item']} disabled={entry.disabled ?? false} onClick={entry.onSelect} label={entry.label}>
      {entry.checked === true && (
        <span className={styles['mark']}>
          <Check size={14} aria-label="selected" />
        </span>
      )}
      <span className={styles['itemText']}>{entry.label}</span>
      {entry.shortcut !== undefined && <kbd className={styles['itemShortcut']}>{entry.shortcut}</kbd>}
      {entry.note !== undefined && entry.note !== '' && <span className={styles['itemNote']}>{entry.note}</span>}
      {entry.warning !== undefined && entry.warning !== '' && (
        <span className={styles['itemWarning']}>
          <TriangleAlert size={12} aria-label="Warning" />
          {entry.warning}
        </span>
      )}
    </Base.Item>
  );
}

export function Menu({ trigger, entries, align = 'start', onOpenChange }: MenuProps) {
  return (
    <Base.Root onOpenChange={(open) => onOpenChange?.(open)}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align={align} className={styles['positioner']}>
          <Base.Popup className={styles['popup']}>
            {entries.map((entry) => (
              <MenuRow key={entry.key} entry={entry} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
