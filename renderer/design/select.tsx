import { Select as Base } from '@base-ui/react/select';
import { Check, ChevronDown } from 'lucide-react';
import popup from './popup.module.css';
import styles from './select.module.css';

export interface SelectItem<Value extends string> {
  readonly value: Value;
  readonly label: string;
  /** A second line in the list. */
  readonly note?: string;
  readonly disabled?: boolean;
}

export interface SelectProps<Value extends string> {
  /** Stands before the value, and names the control. */
  readonly label: string;
  /** Keeps the name for screen readers but does not print it. */
  readonly hideLabel?: boolean;
  /** Draws a field (in forms) instead of a word in a bar. */
  readonly framed?: boolean;
  readonly value: Value;
  readonly items: readonly SelectItem<Value>[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

export function Select<Value extends string>({ label, hideLabel, framed, value, items, onChange, disabled = false }: SelectProps<Value>) {
  const chosen = items.find((item) => item.value === value);
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => {
        if (next !== null) onChange(next);
      }}
      items={items.map((item) => ({ value: item.value, label: item.label }))}
      disabled={disabled}
    >
      <Base.Trigger className={framed === true ? styles['framed'] : styles['inline']} aria-label={`${label}: ${chosen?.label ?? value}`}>
        {hideLabel !== true && <span className={styles['label']}>{label}</span>}
        <span className={styles['value']}>{chosen?.label ?? value}</span>
        <Base.Icon className={styles['icon']}>
          <ChevronDown size={12} aria-hidden="true" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="start" alignItemWithTrigger={false} className={popup['positioner']}>
          <Base.Popup className={popup['popup']}>
            <Base.List>
              {items.map((item) => (
                <Base.Item key={item.value} value={item.value} disabled={item.disabled ?? false} className={popup['item']}>
                  <Base.ItemIndicator className={popup['mark']}>
                    <Check size={14} aria-hidden="true" />
                  </Base.ItemIndicator>
                  <Base.ItemText className={popup['itemText']}>{item.label}</Base.ItemText>
                  {item.note !== undefined && item.note !== '' && <span className={popup['itemNote']}>{item.note}</span>}
                </Base.Item>
              ))}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
