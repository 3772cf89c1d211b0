import { memo, type Ref } from 'react';
import { useStore } from 'zustand';
import { readsText } from '../../state/model-commands';
import { useServices } from '../../state/services';
import { KinPrompt } from './kin-prompt';
import { TextPrompt } from './text-prompt';

/** What the chosen model is asked: facts and a question, or free text. */
export const PromptEditor = memo(function PromptEditor({ input }: { readonly input: Ref<HTMLTextAreaElement> }) {
  const { workspace, engine } = useServices();
  const model = useStore(workspace.store, (state) => state.document.model);
  const text = useStore(engine.store, ({ facts }) => readsText(facts, model));
  return text ? <TextPrompt key={model} input={input} /> : <KinPrompt input={input} />;
});
