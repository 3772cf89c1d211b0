import { formatWhole } from '../contract/format-whole';
import type { Chat, PromptCheck } from '../contract/model';
import { checkKinPrompt } from './kin-prompt';
import { parseModelJson } from './model-file';
import { type ModelPackage, openModelPackage, tokenizerFile } from './model-package';
import type { PromptReading } from './prompt-reading';
import { promptTokens } from './prompt-tokens';
import { ModelTokenizer } from './tokenizer';

/** A model that ships with the app, without its weights. */
export interface EmbeddedReader extends PromptReading {
  readonly kind: 'embedded';
  readonly opened: ModelPackage;
  readonly tokenizer: ModelTokenizer;
}

/** @throws InterlinearError `unknown-model`, `bad-model` (damaged, altered, or contradicting itself) or `unsupported` */
export async function openEmbeddedReader(folder: string): Promise<EmbeddedReader> {
  const opened = await openModelPackage(folder);
  const tokenizer = new ModelTokenizer(parseModelJson(await opened.file(tokenizerFile), tokenizerFile), opened.spec.vocabulary);
  return {
    kind: 'embedded',
    opened,
    summary: opened.summary,
    tokenizer,
    read: (prompt) => tokenizer.encode(prompt),
    checkPrompt: (prompt, chat = null) => checkPrompt(opened, tokenizer, prompt, chat),
  };
}

/** A free text has no answer that could be checked. */
function checkText(prompt: string): Omit<PromptCheck, 'tokens' | 'rendered'> {
  const empty = { start: 0, end: prompt.length, severity: 'error', message: 'The prompt is empty.', hint: 'Write something.' } as const;
  return { problems: prompt.trim() === '' ? [empty] : [], expected: null, path: [], hops: null };
}

function checkPrompt(
  { manifest, maximumPositions }: ModelPackage,
  tokenizer: ModelTokenizer,
  prompt: string,
  chat: Chat | null,
): PromptCheck {
  const tokens = promptTokens(tokenizer, prompt);
  const check = manifest.task === 'kin' ? checkKinPrompt(prompt, manifest.names) : checkText(prompt);
  const problems = [...check.problems];
  if (chat !== null) {
    const hint = 'Choose raw text.';
    problems.push({ start: 0, end: prompt.length, severity: 'error', message: 'This model has no chat template.', hint });
  }
  if (maximumPositions !== null && tokens.length >= maximumPositions) {
    problems.push({
      start: 0,
      end: prompt.length,
      severity: 'error',
      message: `The prompt has ${formatWhole(tokens.length)} tokens, the model reads fewer than ${formatWhole(maximumPositions)}.`,
      hint: 'Shorten the prompt.',
    });
  }
  return { ...check, problems, tokens, rendered: null };
}
