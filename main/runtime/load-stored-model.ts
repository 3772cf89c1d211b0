import { availableParallelism } from 'node:os';
import { InterlinearError } from '../contract/errors';
import type { Chat, Markers, PromptCheck, PromptProblem } from '../contract/model';
import { type ChatMessage, renderChat } from '../models/chat-template';
import { parseModelJson } from '../models/model-file';
import { promptTokens } from '../models/prompt-tokens';
import { openStoredPackage, storedFiles, type StoredPackage } from '../models/stored-package';
import { readStoredWeights } from '../models/stored-weights';
import { ModelTokenizer } from '../models/tokenizer';
import type { LoadedModel } from './decoder';
import type { LoadOptions } from './load-options';
import { textWriting } from './model-writing';
import { OnnxDecoder } from './onnx-decoder';
import { runtimeName } from './runtime-name';

/** Put before a chain of thought. @source Kojima et al., "Large Language Models are Zero-Shot Reasoners", arXiv 2205.11916 */
const thinkAloud = 'Let’s think step by step.\n';

async function needed(opened: StoredPackage, name: string): Promise<Uint8Array> {
  const bytes = await opened.file(name);
  if (bytes) return bytes;
  throw new InterlinearError('bad-model', `The model has no ${name}.`, 'The model is damaged: remove it and add it again.');
}

/**
 * Loads an imported model and makes it ready to run.
 * @param folder of the model in the library
 * @throws InterlinearError `unknown-model`, `bad-model` (damaged or altered) or `unsupported`
 */
export async function loadStoredModel(folder: string, { device, threads }: LoadOptions): Promise<LoadedModel> {
  const opened = await openStoredPackage(folder);
  const { spec, summary, manifest } = opened;
  const tokenizer = new ModelTokenizer(parseModelJson(await needed(opened, storedFiles.tokenizer), storedFiles.tokenizer), spec.vocabulary);
  const templateBytes = await opened.file(storedFiles.template);
  const template = templateBytes === null ? null : new TextDecoder().decode(templateBytes);
  const used = threads ?? availableParallelism();
  const weights = readStoredWeights(await needed(opened, storedFiles.weights), spec);
  const decoder = await OnnxDecoder.create(spec, weights, { device, threads: used });
  const markers: Markers = {
    think: tokenizer.encode(thinkAloud, { addSpecial: false }),
    thought: [],
    answer: [],
    ends: manifest.endTokens,
  };
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
    summary,
    decoder,
    tokenizer,
    markers,
    dtype: summary.dtype,
    threads: used,
    engine: runtimeName,
    ...textWriting(tokenizer, markers),
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
    wrong(`The prompt has ${tokens.length} tokens, the model reads fewer than ${maximumPositions}.`, 'Shorten the prompt.');
  }
  return { tokens, problems, rendered, expected: null, path: [], hops: null };
}
