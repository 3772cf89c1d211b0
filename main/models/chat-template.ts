import { Environment, parse, tokenize } from '@huggingface/jinja';
import { InterlinearError } from '../contract/errors';
import { BoundedInterpreter, TemplateLimit } from './bounded-interpreter';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatOptions {
  readonly messages: readonly ChatMessage[];
  /** Ends the text where the model's answer begins. */
  readonly addGenerationPrompt: boolean;
  /** Texts of the model's tokens for beginning and end, where it has them. */
  readonly bosToken?: string | null;
  readonly eosToken?: string | null;
  /** For templates that write the date; without it they are told that it is not known, so that a prompt is the same tomorrow. */
  readonly now?: Date;
}

const longestTemplate = 256 * 1024;
const longestRange = 1000;
const hint = 'Write the prompt as raw text instead, or import the model again.';
const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];

/** Raised by the template itself, e.g. where it has no place for a system message. */
class TemplateRefusal extends Error {}

function range(first: unknown, last?: unknown, step: unknown = 1): number[] {
  const [from, to] = last === undefined ? [0, Number(first)] : [Number(first), Number(last)];
  const by = Number(step);
  const count = Math.ceil((to - from) / by);
  if (!Number.isInteger(by) || by === 0 || !(count <= longestRange)) throw new TemplateLimit('It counts too far.');
  return Array.from({ length: Math.max(0, count) }, (_, index) => from + index * by);
}

/** Python's `strftime` as far as templates use it, in English whatever the machine speaks. */
function formatDate(date: Date, format: string): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const month = months[date.getMonth()] ?? '';
  const parts: Readonly<Record<string, string>> = {
    '%Y': String(date.getFullYear()),
    '%m': two(date.getMonth() + 1),
    '%d': two(date.getDate()),
    '%b': month.slice(0, 3),
    '%B': month,
    '%H': two(date.getHours()),
    '%M': two(date.getMinutes()),
    '%%': '%',
  };
  return format.replaceAll(/%[YmdbBHM%]/gu, (name) => parts[name] ?? name);
}

/** What a template can see: the names `transformers` gives, and nothing else. */
function environmentOf({ messages, addGenerationPrompt, bosToken, eosToken, now }: ChatOptions): Environment {
  const environment = new Environment();
  const names: Readonly<Record<string, unknown>> = {
    true: true,
    True: true,
    false: false,
    False: false,
    none: null,
    None: null,
    range,
    raise_exception: (message: unknown) => {
      throw new TemplateRefusal(String(message).slice(0, 500));
    },
    ...(now === undefined ? {} : { strftime_now: (format: unknown) => formatDate(now, String(format)) }),
    messages: messages.map(({ role, content }) => ({ role, content })),
    add_generation_prompt: addGenerationPrompt,
    bos_token: bosToken ?? '',
    eos_token: eosToken ?? '',
    tools: null,
    documents: null,
  };
  for (const [name, value] of Object.entries(names)) environment.set(name, value);
  return environment;
}

/**
 * A conversation as the text a model reads, by its own Jinja template. Encode it with `addSpecial: false`: templates write the tokens
 * for beginning and end themselves.
 * @throws InterlinearError `bad-model` for a template that has faults, uses what is not there, or goes beyond the limits of
 * `BoundedInterpreter`; `bad-prompt` where the template itself refuses the messages
 */
export function renderChat(template: string, options: ChatOptions): string {
  if (template.length > longestTemplate) throw new InterlinearError('bad-model', 'The model’s chat template is too long.', hint);
  try {
    const program = parse(tokenize(template, { lstrip_blocks: true, trim_blocks: true }));
    const { value } = new BoundedInterpreter(environmentOf(options)).run(program);
    if (typeof value !== 'string') throw new TypeError('It gives no text.');
    return value;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (error instanceof TemplateRefusal) {
      throw new InterlinearError('bad-prompt', `The model’s chat template does not take these messages: ${message}`, '', { cause: error });
    }
    throw new InterlinearError('bad-model', `The model’s chat template cannot be used: ${message.slice(0, 500)}`, hint, { cause: error });
  }
}
