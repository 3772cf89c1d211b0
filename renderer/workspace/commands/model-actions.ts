import type { EngineFacts } from '../../state/engine-connection';
import { choosePreset } from '../../state/lane-commands';
import { chooseModel, modelOf, readsText } from '../../state/model-commands';
import type { Services } from '../../state/services';
import { examplesFor, takeExample } from '../prompt/take-example';
import { type Action, always } from './action';

/** Models to choose from, and what there is to ask of the one chosen. */
export function modelActions(services: Services, facts: EngineFacts | null, chosen: string): Action[] {
  const { workspace } = services;
  const chat = modelOf(facts, chosen)?.chat === true;
  const text = readsText(facts, chosen);
  return [
    {
      id: 'models',
      title: 'Model library…',
      group: 'Models',
      keys: 'm',
      menu: 'models',
      enabled: always,
      run: () => {
        workspace.setView({ library: true });
      },
    },
    ...(facts?.models ?? [])
      .filter((model) => model.id !== chosen)
      .map((model): Action => ({
        id: `model-${model.id}`,
        title: `Use model: ${model.name}`,
        group: 'Models',
        enabled: always,
        run: () => {
          chooseModel(services, model.id);
        },
      })),
    ...(text ? [] : (facts?.presets ?? [])).map((preset): Action => ({
      id: `preset-${preset.id}`,
      title: `Preset: ${preset.title}`,
      group: 'Presets',
      enabled: always,
      run: () => {
        choosePreset(services, preset);
      },
    })),
    ...(text ? examplesFor(chat) : []).map((example): Action => ({
      id: `example-${example.id}`,
      title: `Example: ${example.title}`,
      group: 'Examples',
      enabled: always,
      run: () => {
        takeExample(services, example, chat);
      },
    })),
  ];
}
