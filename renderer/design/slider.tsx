import styles from './slider.module.css';

export interface SliderProps {
  readonly label: string;
  /** The value in words, for screen readers and beside the slider. */
  readonly text: string;
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly onChange: (value: number) => void;
}

/** One of many whole numbers, by pointer or arrow keys. */
export function Slider({ label, text, value, minimum, maximum, onChange }: SliderProps) {
  return (
    <label className={styles['slider']}>
      <span className={styles['label']}>{label}</span>
      <input
        type="range"
        className={styles['input']}
        aria-label={label}
        aria-valuetext={text}
        value={value}
        min={minimum}
        max={maximum}
        step={1}
        disabled={minimum === maximum}
        onChange={(event) => {
          onChange(event.target.valueAsNumber);
        }}
      />
      <span className={styles['value']}>{text}</span>
    </label>
  );
}
