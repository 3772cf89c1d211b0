import { useId } from 'react';
import styles from './segmented.module.css';

export interface SegmentedProps<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly items: readonly { readonly value: Value; readonly label: string; /** A tooltip. */ readonly note?: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of two or three, all of them in sight. */
export function Segmented<Value extends string>({ label, value, items, onChange }: SegmentedProps<Value>) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className={styles['group']}>
      {items.map((item) => (
        <label key={item.value} className={styles['item']} title={item.note}>
          <input
            type="radio"
            className={styles['input']}
            name={name}
            value={item.value}
            checked={item.value === value}
            onChange={() => {
              onChange(item.value);
            }}
          />
          {item.label}
        </label>
      ))}
    </div>
  );
}
