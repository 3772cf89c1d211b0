import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement } from 'react';
import styles from './popup.module.css';

export interface TooltipProps {
  readonly text: string;
  /** The one element described; it must forward its ref and events. */
  readonly children: ReactElement;
}

/** Escape is the window's, which stops runs with it: a tooltip in sight neither takes it nor goes. */
export function passEscape(_open: boolean, details: Base.Root.ChangeEventDetails): void {
  if (details.reason !== 'escape-key') return;
  details.cancel();
  details.allowPropagation();
}

export function Tooltip({ text, children }: TooltipProps) {
  return (
    <Base.Root onOpenChange={passEscape}>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner sideOffset={6} className={styles['positioner']}>
          <Base.Popup className={styles['tooltip']}>{text}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
