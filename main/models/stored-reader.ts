import { InterlinearError } from '../contract/errors';
import { formatWhole } from '../contract/format-whole';
import type { Chat, PromptCheck, PromptProblem } from '../contract/model';
import { type ChatMessage, renderChat } from './chat-template';
import { parseModelJson } from './model-file';
import type { PromptReading } from './prompt-reading';
import { promptTokens } from './prompt-tokens';
import { openStoredPackage, storedFiles, type StoredPackage } from './stored-package';
import { ModelTokenizer } from './tokenizer';

/** An imported model without its weights. */
export interface StoredReader extends PromptReading {
  readonly kind: 'stored';
  readonly opened: StoredPackage;
  readonly tokenizer: ModelTokenizer;
}

/** Bytes of a file the model cannot be without. @throws InterlinearError `bad-model` */
async function neededFile(opened: StoredPackage, name: string): Promise<Uint8Array> {
  const bytes = await opened.file(name);
  if (bytes) return bytes;
  throw new InterlinearError('bad-model', `The model has no ${name}.`, 'The model is damaged: remove it and add it again.');
}

/**
 * @param folder of the model in the library
 * @throws InterlinearError `unknown-model`, `bad-model` (damaged or altered) or `unsupported`
 */
export async function openStoredReader(folder: string): Promise<StoredReader> {
  const opened = await openStoredPackage(folder);
  const { spec, summary, manifest } = opened;
  const file = parseModelJson(await neededFile(opened, storedFiles.tokenizer), storedFiles.tokenizer);
  const tokenizer = new ModelTokenizer(file, spec.vocabulary);
  const templateBytes = await opened.file(storedFiles.template);
  const template = templateBytes === null ? null : new TextDecoder().decode(templateBytes);
  /** What the model reads: the prompt itself, or the chat its template makes of it. @throws InterlinearError `bad-model`, `bad-prompt` */
  const render = (prompt: string, chat: Chat | null): string | null => {
    if (chat === null || template === null) return null;
    const system: ChatMessage[] = chat.system === '' ? [] : [{ role: 'system', content: chat.system }];
    const { begin, end } = manifest.specialTokens;
    return renderChat(template, {
      messages: [...system, { role: 'user', content: prompt }],
      addGenerationPrompt: true,
      bosToken: begin ?? '',
      eosToken: end ?? '',
    });
  };
  return {
    kind: 'stored',
    opened,
    summary,
    tokenizer,
    read: (prompt, chat) => {
      const rendered = render(prompt, chat);
      return tokenizer.encode(rendered ?? prompt, { addSpecial: rendered === null });
    },
    checkPrompt: (prompt, chat = null) => {
      try {
        return check(opened, tokenizer, prompt, render(prompt, chat), chat);
      } catch (thrown) {
        // A template that refuses, or is damaged, is a problem of this prompt: raw text is still there.
        if (!(thrown instanceof InterlinearError)) throw thrown;
        const refused = check(opened, tokenizer, prompt, prompt, chat);
        const { message, hint } = thrown;
        return {
          ...refused,
          rendered: null,
          problems: [...refused.problems, { start: 0, end: prompt.length, severity: 'error', message, hint }],
        };
      }
    },
  };
}

function check(
  { maximumPositions, summary }: StoredPackage,
  tokenizer: ModelTokenizer,
  prompt: string,
  rendered: string | null,
  chat: Chat | null,
): PromptCheck {
  const problems: PromptProblem[] = [];
  const wrong = (message: string, hint: string): void =>
    void problems.push({ start: 0, end: prompt.length, severity: 'error', message, hint });
  const tokens = promptTokens(tokenizer, rendered ?? prompt, { addSpecial: rendered === null });
  if (prompt.trim() === '') wrong('The prompt is empty.', 'Write something.');
  else if (tokens.length === 0) wrong('The prompt has no tokens.', 'Write something the model can read.');
  if (chat !== null && rendered === null) wrong(`${summary.name} has no chat template.`, 'Choose raw text.');
  if (maximumPositions !== null && tokens.length >= maximumPositions) {
    wrong(
      `The prompt has ${formatWhole(tokens.length)} tokens, the model reads fewer than ${formatWhole(maximumPositions)}.`,
      'Shorten the prompt.',
    );
  }
  return { tokens, problems, rendered, expected: null, path: [], hops: null };
}
