import { NumberField as Base } from '@base-ui/react/number-field';
import { Minus, Plus } from 'lucide-react';
import { useId } from 'react';
import { classNames } from './class-names';
import styles from './number-field.module.css';

export interface NumberFieldProps {
  readonly label: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  /** One press of an arrow; whole numbers when it is one. */
  readonly step?: number;
  readonly onChange: (value: number) => void;
  readonly disabled?: boolean;
  /** A word and a number in a bar, without buttons. */
  readonly inline?: boolean;
}

/** A number that stays within its limits: what is typed outside them is clamped when the field is left. */
export function NumberField({ label, value, minimum, maximum, step = 1, onChange, disabled = false, inline = false }: NumberFieldProps) {
  const id = useId();
  const decimals = Number.isInteger(step) ? 0 : 3;
  return (
    <Base.Root
      id={id}
      value={value}
      min={minimum}
      max={maximum}
      step={step}
      locale="en-US"
      format={{ useGrouping: false, maximumFractionDigits: decimals }}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null && next >= minimum && next <= maximum) onChange(next);
      }}
      className={classNames(styles['root'], inline && styles['inline'])}
    >
      <label htmlFor={id} className={styles['label']}>
        {label}
      </label>
      <Base.Group className={styles['group']}>
        {!inline && (
          <Base.Decrement className={styles['stepper']} aria-label={`Less ${label.toLowerCase()}`}>
            <Minus size={12} aria-hidden="true" />
          </Base.Decrement>
        )}
        <Base.Input className={styles['input']} />
        {!inline && (
          <Base.Increment className={styles['stepper']} aria-label={`More ${label.toLowerCase()}`}>
            <Plus size={12} aria-hidden="true" />
          </Base.Increment>
        )}
      </Base.Group>
    </Base.Root>
  );
}
