import { ChevronDown } from 'lucide-react';
import { memo } from 'react';
import { useStore } from 'zustand';
import select from '../design/select.module.css';
import { Menu, type MenuEntry } from '../design/menu';
import { chooseModel, modelOf } from '../state/model-commands';
import { useServices } from '../state/services';
import { memoryText, memoryWarning, shortModelFacts } from './library/model-facts';

/** The model of the next run, and the way to others. */
export const ModelPicker = memo(function ModelPicker({ libraryKeys }: { readonly libraryKeys: string }) {
  const services = useServices();
  const { workspace, engine, memory, activity } = services;
  const chosen = useStore(workspace.store, (state) => state.document.model);
  const facts = useStore(engine.store, (state) => state.facts);
  const model = modelOf(facts, chosen);
  const known = useStore(memory.store, (state) => state.known);
  const missing = facts !== null && model === undefined;
  const name = model?.name ?? chosen;
  const entries: MenuEntry[] = [
    ...(missing ? [{ kind: 'heading' as const, key: 'missing', label: `${chosen} is not installed any more` }] : []),
    ...(facts?.models ?? []).map((one): MenuEntry => ({
      key: one.id,
      label: one.name,
      note: `${shortModelFacts(one)} · needs ${memoryText(one)}`,
      warning: memoryWarning(known, one),
      checked: one.id === chosen,
      onSelect: () => {
        chooseModel(services, one.id);
      },
    })),
    { kind: 'separator', key: 'line' },
    {
      key: 'library',
      label: 'Model library…',
      note: 'Add, verify and remove models',
      shortcut: libraryKeys,
      onSelect: () => {
        workspace.setView({ library: true });
      },
    },
  ];
  return (
    <Menu
      entries={entries}
      onOpenChange={(open) => {
        if (open) void activity.during(() => memory.refresh());
      }}
      trigger={
        <button type="button" className={select['modelButton']} aria-label={`Model: ${name}${missing ? ', not installed' : ''}`}>
          <span className={select['modelLabel']}>Model</span>
          <span className={select['model']} data-missing={missing}>
            {name}
          </span>
          <span className={select['icon']}>
            <ChevronDown size={12} aria-hidden="true" />
          </span>
        </button>
      }
    />
  );
});
