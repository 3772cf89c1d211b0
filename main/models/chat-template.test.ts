import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { type ChatMessage, renderChat } from './chat-template';

const messageSchema = z.object({ role: z.enum(['system', 'user', 'assistant']), content: z.string() });
const { templates, chats, texts } = z
  .object({
    templates: z.record(z.string(), z.string()),
    chats: z.array(z.array(messageSchema)),
    texts: z.array(z.tuple([z.string(), z.number(), z.boolean(), z.union([z.string(), z.object({ error: z.string() })])])),
  })
  .parse(JSON.parse(await readFile(join(import.meta.dirname, 'fixtures/chats.json'), 'utf8')));

const hello: readonly ChatMessage[] = [{ role: 'user', content: 'Hi' }];
const render = (template: string, messages: readonly ChatMessage[] = hello, addGenerationPrompt = true) =>
  renderChat(template, { messages, addGenerationPrompt, bosToken: '<s>', eosToken: '</s>' });

/** What transformers makes of the same; see fixtures/make_chats.py. */
const rendered = texts.flatMap(([name, index, added, text]) => (typeof text === 'string' ? [[name, index, added, text] as const] : []));
it.each(rendered)('renders %s, chat %i, with generation prompt %j', (name, index, added, text) => {
  expect(render(templates[name] ?? '', chats[index], added)).toBe(text);
});

/** Without any message the reference fails where this library goes on with nothing. */
const refused = texts.flatMap(([name, index, added, text]) =>
  typeof text === 'string' || chats[index]?.length === 0 ? [] : [[name, index, added, text.error] as const],
);
it.each(refused)('refuses %s, chat %i, with generation prompt %j', (name, index, added, message) => {
  expect(() => render(templates[name] ?? '', chats[index], added)).toThrow(message);
});

it('says the date only where it is given', () => {
  const template = "{{ strftime_now('%d %b %B %Y %H:%M %%') if strftime_now is defined else 'some day' }}";
  expect(render(template)).toBe('some day');
  const now = new Date(2026, 4, 3, 7, 9);
  expect(renderChat(template, { messages: hello, addGenerationPrompt: false, now })).toBe('03 May May 2026 07:09 %');
});

it('takes a missing marker as nothing', () => {
  expect(renderChat('{{ bos_token }}|{{ eos_token }}', { messages: [], addGenerationPrompt: false, bosToken: null })).toBe('|');
});

it('tells what the template says against the messages', () => {
  expect(() => render("{{ raise_exception('no system here') }}")).toThrow(
    expect.objectContaining({ code: 'bad-prompt', message: 'The model’s chat template does not take these messages: no system here' }),
  );
});

const doubling = (start: string, twice: string) =>
  `{% set ns = namespace(x=${start}) %}{% for i in range(60) %}{% set ns.x = ${twice} %}{% endfor %}{{ ns.x }}`;
it.each([
  ['is not closed', '{% for m in messages %}', 'cannot be used'],
  ['is no template', '{{ 1 + }}', 'cannot be used'],
  ['calls what is not there', '{{ open("/etc/passwd") }}', 'not a function'],
  ['looks for the engine’s own', '{{ messages.constructor.constructor("return process")() }}', 'not a function'],
  ['looks for the engine’s own by another way', '{{ ""["__proto__"]["constructor"]("x") }}', 'cannot be used'],
  ['doubles a text', doubling("'ab'", 'ns.x + ns.x'), 'a megabyte'],
  ['doubles a list', doubling('[1]', 'ns.x + ns.x'), 'too long'],
  ['puts a list into itself twice', doubling('[1]', '[ns.x, ns.x]'), 'too long a list'],
  ['puts a namespace into itself', '{% set ns = namespace(x=1) %}{% set ns.x = ns %}{{ ns }}', 'namespace into'],
  ['hides a namespace in a list', doubling('1', '[namespace(a=ns.x)]'), 'namespace into'],
  ['doubles a number', doubling('9', 'ns.x * ns.x'), 'too large a number'],
  ['counts far', '{% for i in range(1000000000) %}x{% endfor %}', 'counts too far'],
  ['counts without end', '{% for i in range(0, 5, 0) %}x{% endfor %}', 'counts too far'],
  ['counts often', `${'{% for i in range(900) %}'.repeat(5)}{% set x = 1 %}${'{% endfor %}'.repeat(5)}`, 'too long'],
  ['counts often over one list', `{% set r = range(900) %}${'{% for i in r %}'.repeat(5)}${'{% endfor %}'.repeat(5)}`, 'too long'],
  ['calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}', 'cannot be used'],
  ['calls itself twice', '{% macro f(n) %}{% if n > 0 %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(40) }}', 'too long'],
  ['indents far', '{{ "a\nb" | indent(100000000) }}', 'indents too far'],
  ['indents far by name', '{{ "a\nb" | indent(width=100000000) }}', 'indents too far'],
  ['indents far by a variable', '{% set n = 100000000 %}{{ "a\nb" | indent(n) }}', 'indents too far'],
  ['writes JSON far to the right', '{{ [1] | tojson(indent=4 * 1000000) }}', 'indents too far'],
  ['is nested deeply', `{{ ${'('.repeat(100_000)}`, 'cannot be used'],
  ['is longer than any', 'x'.repeat(300_000), 'too long'],
])('refuses a template that %s', (_, template, message) => {
  const refusal = { code: 'bad-model', message: expect.stringContaining(message) as string };
  expect(() => render(template)).toThrow(expect.objectContaining(refusal));
});

it('renders long conversations', () => {
  const messages = Array.from({ length: 200 }, (_, index): ChatMessage => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: 'word '.repeat(300),
  }));
  for (const template of Object.values(templates)) expect(render(template, messages).length).toBeGreaterThan(250_000);
});

it('gives a text or a typed error for any template', () => {
  const words = [
    '{{',
    '}}',
    '{%',
    '%}',
    'for',
    'in',
    'if',
    'endif',
    'endfor',
    'set',
    '=',
    'messages',
    '[0]',
    '.role',
    "'a'",
    '|',
    'join',
    '(',
    ')',
    '+',
    '~',
    '\n',
    '-',
    'range(3)',
    'macro',
    'x',
    'tojson',
  ];
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 4 })), { maxLength: 30 }), (parts) => {
      try {
        expect(typeof render(parts.join(' '))).toBe('string');
      } catch (error) {
        expect(error).toBeInstanceOf(InterlinearError);
      }
    }),
    { numRuns: 3000 },
  );
});
