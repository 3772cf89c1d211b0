import { laneSettingsSchema, type LaneSettings, picks } from '../../../main/contract/lanes';
import { pickNames } from '../../design/lane-style';
import { NumberField } from '../../design/number-field';
import { Select } from '../../design/select';
import styles from './lane-settings-form.module.css';

export interface LaneSettingsFormProps {
  readonly settings: LaneSettings;
  readonly onChange: (settings: LaneSettings) => void;
}

interface NumberSetting {
  readonly label: string;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  /** What it does, in a few words. */
  readonly note: string;
}

/** Limits are the contract's; topP excludes 0. */
const numberSettings = {
  n: { label: 'Branches', minimum: 1, maximum: 64, step: 1, note: 'chains sampled' },
  samples: { label: 'Samples', minimum: 1, maximum: 64, step: 1, note: 'independent chains; the first answers' },
  thoughts: { label: 'Thoughts', minimum: 0, maximum: 12, step: 1, note: 'as many as hops; 0 is the control' },
  temperature: { label: 'Temperature', minimum: 0, maximum: 4, step: 0.1, note: '0 is greedy' },
  topK: { label: 'Top-k', minimum: 0, maximum: 1000, step: 1, note: '0 is off' },
  topP: { label: 'Top-p', minimum: 0.01, maximum: 1, step: 0.05, note: '1 is off' },
  minP: { label: 'Min-p', minimum: 0, maximum: 1, step: 0.05, note: '0 is off' },
  maximumSteps: { label: 'Most steps', minimum: 1, maximum: 100_000, step: 1, note: 'per branch' },
} as const satisfies Record<string, NumberSetting>;

type NumberSettingName = keyof typeof numberSettings;

function isNumberSetting(name: string): name is NumberSettingName {
  return name in numberSettings;
}

/** Every setting of a lane; what is out of its limits cannot be entered. */
export function LaneSettingsForm({ settings, onChange }: LaneSettingsFormProps) {
  const change = (values: Readonly<Record<string, number | string>>): void => {
    const parsed = laneSettingsSchema.safeParse({ ...settings, ...values });
    if (parsed.success) onChange(parsed.data);
  };
  const numbers = Object.entries(settings).flatMap(([name, value]) =>
    isNumberSetting(name) && typeof value === 'number' ? [{ name, value }] : [],
  );
  return (
    <div className={styles['form']}>
      {numbers.map(({ name, value }) => {
        const setting = numberSettings[name];
        return (
          <div key={name} className={styles['row']}>
            <NumberField
              label={setting.label}
              value={value}
              minimum={setting.minimum}
              maximum={setting.maximum}
              step={setting.step}
              onChange={(next) => {
                change({ [name]: next });
              }}
            />
            <span className={styles['note']}>{setting.note}</span>
          </div>
        );
      })}
      {settings.kind === 'best-of-n' && (
        <div className={styles['row']}>
          <span className={styles['label']}>Pick by</span>
          <Select
            label="Pick by"
            hideLabel
            framed
            value={settings.pick}
            items={picks.map((pick) => ({ value: pick, label: pickNames[pick] }))}
            onChange={(pick) => {
              change({ pick });
            }}
          />
          <span className={styles['note']}>whose pick is the answer</span>
        </div>
      )}
      <p className={styles['foot']}>Used by the next run.</p>
    </div>
  );
}
