import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import button from './button.module.css';
import { classNames } from './class-names';
import styles from './dialog.module.css';

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  /** Keeps the title for screen readers only and drops the close button: the palette. */
  readonly bare?: boolean;
  /** Room for a list with actions. */
  readonly wide?: boolean;
  /** Where the keyboard begins; the first control by default. */
  readonly initialFocus?: RefObject<HTMLElement | null>;
  readonly children: ReactNode;
}

export function Dialog({ open, onOpenChange, title, bare = false, wide = false, initialFocus, children }: DialogProps) {
  return (
    <Base.Root
      open={open}
      onOpenChange={(next) => {
        onOpenChange(next);
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles['backdrop']} />
        <Base.Popup
          className={classNames(styles['popup'], bare && styles['bare'], wide && styles['wide'])}
          {...(initialFocus !== undefined && { initialFocus })}
        >
          <div className={bare ? 'visually-hidden' : styles['head']}>
            <Base.Title className={styles['title']}>{title}</Base.Title>
            {!bare && (
              <Base.Close className={classNames(button['button'], button['quiet'], button['icon'])} aria-label="Close">
                <X size={14} aria-hidden="true" />
              </Base.Close>
            )}
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
