import { laneSettingsSchema, type LaneSettings, picks } from '../../../main/contract/lanes';
import type { ModelSummary } from '../../../main/contract/model';
import { pickNames } from '../../design/lane-style';
import { onDevice } from '../../state/lane-commands';
import { laneObstacle } from '../../state/model-commands';
import { memoryText } from '../library/model-facts';
import { NumberField } from '../../design/number-field';
import { Select, type SelectItem } from '../../design/select';
import { LaneDevice } from './lane-device';
import styles from './lane-settings-form.module.css';

export interface LaneSettingsFormProps {
  /** Models at hand. */
  readonly models: readonly ModelSummary[];
  /** Id of the model lanes are on that name none. */
  readonly ownModel: string;
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
export function LaneSettingsForm({ settings, onChange, models, ownModel }: LaneSettingsFormProps) {
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
      {(models.length > 1 || settings.model !== undefined) && (
        <div className={styles['row']}>
          <span className={styles['label']}>Model</span>
          <Select
            label="Model"
            hideLabel
            framed
            value={settings.model ?? ''}
            items={modelItems(models, ownModel, settings)}
            onChange={(model) => {
              const { model: _model, device: _device, ...rest } = settings;
              // Parsed, so that the same settings always look the same.
              onChange(laneSettingsSchema.parse(model === '' ? rest : { ...rest, model }));
            }}
          />
          <span className={styles['note']}>of this lane alone</span>
        </div>
      )}
      {settings.model !== undefined && settings.model !== ownModel && (
        <div className={styles['row']}>
          <span className={styles['label']}>Device</span>
          <LaneDevice
            model={settings.model}
            device={settings.device}
            onChange={(device) => {
              onChange(onDevice(settings, device));
            }}
          />
          <span className={styles['note']}>of this model</span>
        </div>
      )}
      <p className={styles['foot']}>Used by the next run.</p>
    </div>
  );
}

/** The run's model first, then every other; one that is not installed any more stays until another is chosen. */
function modelItems(models: readonly ModelSummary[], ownModel: string, { kind, model: chosen }: LaneSettings): SelectItem<string>[] {
  const own = models.find(({ id }) => id === ownModel)?.name ?? ownModel;
  const missing = chosen !== undefined && !models.some(({ id }) => id === chosen);
  return [
    { value: '', label: own, note: 'The run’s model, chosen at the top' },
    ...models
      .filter(({ id }) => id !== ownModel || id === chosen)
      .map((model) => ({ value: model.id, label: model.name, note: laneObstacle(model, kind) ?? `needs ${memoryText(model)}` })),
    ...(missing ? [{ value: chosen, label: chosen, note: 'not installed' }] : []),
  ];
}
