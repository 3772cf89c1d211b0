import { ChevronDown } from 'lucide-react';
import { useStore } from 'zustand';
import { Menu } from '../../design/menu';
import { choosePreset } from '../../state/lane-commands';
import { useServices } from '../../state/services';
import styles from './presets-menu.module.css';

/** Prompts that show something, each with what it shows. */
export function PresetsMenu() {
  const services = useServices();
  const facts = useStore(services.engine.store, (state) => state.facts);
  const presets = facts?.presets ?? [];
  const prompt = useStore(services.workspace.store, (state) => state.document.prompt);
  const chosen = presets.find((preset) => preset.prompt === prompt);
  return (
    <Menu
      align="end"
      entries={presets.map((preset) => ({
        key: preset.id,
        label: preset.title,
        note: preset.description,
        checked: preset === chosen,
        onSelect: () => {
          choosePreset(services, preset);
        },
      }))}
      trigger={
        <button
          type="button"
          className={styles['trigger']}
          disabled={presets.length === 0}
          aria-label={`Preset: ${chosen?.title ?? 'none'}`}
        >
          Preset <b>{chosen?.title ?? 'none'}</b>
          <ChevronDown size={12} aria-hidden="true" />
        </button>
      }
    />
  );
}
