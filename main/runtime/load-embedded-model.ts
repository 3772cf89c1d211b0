import { availableParallelism } from 'node:os';
import type { Chat, PromptCheck } from '../contract/model';
import { checkKinPrompt } from '../models/kin-prompt';
import { parseModelJson } from '../models/model-file';
import { type ModelPackage, openModelPackage, resolveMarkers, tokenizerFile, weightsFile } from '../models/model-package';
import { promptTokens } from '../models/prompt-tokens';
import { ModelTokenizer } from '../models/tokenizer';
import { readWeights } from '../models/weights';
import type { LoadedModel } from './decoder';
import type { LoadOptions } from './load-options';
import { isTiny } from './tiny-model';
import { kinWriting } from './model-writing';
import { OnnxDecoder } from './onnx-decoder';
import { runtimeName } from './runtime-name';

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
      message: `The prompt has ${tokens.length} tokens, the model reads fewer than ${maximumPositions}.`,
      hint: 'Shorten the prompt.',
    });
  }
  return { ...check, problems, tokens, rendered: null };
}

/**
 * Loads a model that ships with the app and makes it ready to run.
 * @throws InterlinearError `unknown-model`, `bad-model` (damaged, altered, or contradicting itself) or `unsupported`
 */
export async function loadEmbeddedModel(folder: string, { device, threads }: LoadOptions): Promise<LoadedModel> {
  const opened = await openModelPackage(folder);
  const tokenizer = new ModelTokenizer(parseModelJson(await opened.file(tokenizerFile), tokenizerFile), opened.spec.vocabulary);
  const markers = resolveMarkers(opened.manifest, tokenizer);
  const used = threads ?? (isTiny(opened.summary.parameters) ? 1 : availableParallelism());
  const decoder = await OnnxDecoder.create(opened.spec, readWeights(await opened.file(weightsFile), opened), {
    device,
    threads: used,
  });
  return {
    summary: opened.summary,
    decoder,
    tokenizer,
    markers,
    dtype: 'f32',
    threads: used,
    engine: runtimeName,
    ...kinWriting(tokenizer, markers),
    read: (prompt) => tokenizer.encode(prompt),
    checkPrompt: (prompt, chat = null) => checkPrompt(opened, tokenizer, prompt, chat),
  };
}
