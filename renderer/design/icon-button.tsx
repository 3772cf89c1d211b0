import type { ComponentProps, ReactNode } from 'react';
import styles from './button.module.css';
import { classNames } from './class-names';
import { Tooltip } from './tooltip';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'aria-label'> {
  /** Name for screen readers, and the tooltip. */
  readonly label: string;
  /** A lucide icon of 14 px. */
  readonly children: ReactNode;
}

export function IconButton({ label, className, children, type = 'button', ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button type={type} aria-label={label} className={classNames(styles['button'], styles['quiet'], styles['icon'], className)} {...rest}>
        {children}
      </button>
    </Tooltip>
  );
}
