import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names';

export interface ButtonProps extends ComponentProps<'button'> {
  /** `primary`: the one action of the window; `quiet`: no frame until hovered. */
  readonly look?: 'plain' | 'primary' | 'quiet';
  /** Shown behind the label; the accessible name stays the label. */
  readonly shortcut?: string;
  readonly children: ReactNode;
}

export function Button({ look = 'plain', shortcut, className, children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button type={type} className={classNames(styles['button'], styles[look], className)} {...rest}>
      {children}
      {shortcut !== undefined && (
        <kbd className={styles['shortcut']} aria-hidden="true">
          {shortcut}
        </kbd>
      )}
    </button>
  );
}
