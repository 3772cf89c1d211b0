import type { Services } from '../../state/services';
import { type ExamplePrompt, examplePrompts } from './example-prompts';

/** Examples a model can be asked: one without a chat template can only continue text. */
export function examplesFor(chat: boolean): readonly ExamplePrompt[] {
  return chat ? examplePrompts : examplePrompts.filter((example) => example.system === null);
}

/** Puts an example into the editor, in the mode it is meant for. */
export function takeExample(services: Services, { prompt, system }: ExamplePrompt, chat: boolean): void {
  services.workspace.edit('choose example', { prompt, chat: chat && system !== null ? { system } : null });
}
