import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { checkKinPrompt } from './kin-prompt';

const names = ['ada', 'bob', 'cy', 'dee', 'eli', 'fay', 'gus', 'hal', 'ida', 'jo', 'kit', 'sue', 'tom'];
const check = (prompt: string) => checkKinPrompt(prompt, names);

/** The problems as the text they mark and their message. */
function marked(prompt: string): (readonly [severity: string, text: string, message: string])[] {
  return check(prompt).problems.map(({ severity, start, end, message }) => [severity, prompt.slice(start, end), message]);
}

describe('a prompt with exactly one candidate below the root', () => {
  it('has an expected answer, with the facts that lead to it', () => {
    const prompt = 'bob→cy sue->tom ada->bob ? cy or tom from ada';
    const { expected, path, hops, problems } = check(prompt);
    expect({ expected, hops, problems }).toEqual({ expected: 'cy', hops: 2, problems: [] });
    expect(path.map(({ start, end }) => prompt.slice(start, end))).toEqual(['ada->bob', 'bob→cy']);
  });

  it('may hold a circle', () => {
    expect(check('ada→bob bob→ada sue→tom ? bob or tom from ada')).toMatchObject({ expected: 'bob', hops: 1 });
  });

  it('is read like the training code reads it', async () => {
    const kin = join(import.meta.dirname, '../../resources/models/kin');
    const promptsSchema = z.array(z.object({ prompt: z.string(), answer: z.string(), hops: z.number(), path: z.array(z.string()) }));
    const prompts = promptsSchema.parse(JSON.parse(await readFile(join(kin, 'fixtures/prompts.json'), 'utf8')));
    const manifest = z.object({ names: z.array(z.string()) }).parse(JSON.parse(await readFile(join(kin, 'interlinear.json'), 'utf8')));
    expect(prompts.length).toBeGreaterThanOrEqual(32);
    for (const { prompt, answer, hops, path } of prompts) {
      const found = checkKinPrompt(prompt, manifest.names);
      expect(found).toMatchObject({ problems: [], expected: answer, hops });
      expect(found.path.map(({ start, end }) => prompt.slice(start, end).split('→')[1])).toEqual(path);
    }
  });
});

it.each([
  ['', [['error', '', 'The prompt is empty.']]],
  [' \n', [['error', ' \n', 'The prompt is empty.']]],
  ['ada→zed sue→tom ? tom or ada from sue', [['error', 'zed', '“zed” is not a name the model knows.']]],
  ['Ada→bob ? bob or cy from tom', [['error', 'Ada', '“Ada” is not a name the model knows.']]],
  ['ada→bob ? bob or max from ada', [['error', 'max', '“max” is not a name the model knows.']]],
  ['ada→ ? bob or cy from ada', [['error', 'ada→', '“ada→” is not a fact.']]],
  ['ada→bob→cy ? bob or cy from ada', [['error', 'ada→bob→cy', '“ada→bob→cy” is not a fact.']]],
  ['ada bob→cy ? bob or cy from ada', [['error', 'ada', '“ada” is not a fact.']]],
  ['ada→bob⟨answer⟩ ? bob or cy from ada', [['error', 'bob⟨answer⟩', '“bob⟨answer⟩” is not a name the model knows.']]],
  ['ada→ada ? bob or cy from ada', [['error', 'ada→ada', '“ada→ada” makes ada a parent of itself.']]],
  ['ada→bob', [['error', 'ada→bob', 'The prompt asks no question.']]],
  ['ada→bob ?', [['error', '?', 'The question has no candidates.']]],
  ['ada→bob ? bob', [['error', '? bob', 'The question has only one candidate.']]],
  ['ada→bob ? bob or', [['error', '? bob or', 'The question has only one candidate.']]],
  ['ada→bob ? bob cy from ada', [['error', 'cy', '“or” should stand here, not “cy”.']]],
  ['ada→bob ? bob or cy', [['error', '? bob or cy', 'The question does not say from whom.']]],
  ['ada→bob ? bob or cy from', [['error', '? bob or cy from', 'The question does not say from whom.']]],
  ['ada→bob ? bob or cy of ada', [['error', 'of', '“from” should stand here, not “of”.']]],
  ['ada→bob ? bob or cy from ada sue→tom ?', [['error', 'sue→tom ?', 'The prompt goes on after the question.']]],
  ['? bob or cy from ada', [['error', '?', 'There are no facts before the question.']]],
])('errors of %j', (prompt, expected) => {
  expect(marked(prompt)).toEqual(expected);
  expect(check(prompt)).toMatchObject({ expected: null, path: [], hops: null });
});

it.each([
  ['ada→bob ada→cy ? bob or cy from ada', 'bob or cy', 'Both bob and cy descend from ada.', null],
  ['ada→bob sue→tom cy→dee ? tom or dee from ada', 'tom or dee', 'Neither tom nor dee descends from ada.', null],
  ['ada→bob ? bob or ada from ada', '', '', 'bob'],
  ['ada→bob ? bob or bob from ada', 'bob or bob', 'Both candidates are the same.', null],
  ['ada→bob ? bob or tom from ada', 'tom', 'No fact mentions tom.', 'bob'],
  ['ada→bob ada->bob sue→tom ? bob or tom from ada', 'ada->bob', 'This fact is stated twice.', 'bob'],
  ['ada→bob cy→bob sue→tom ? bob or tom from ada', 'cy→bob', 'bob has two parents, ada and cy.', 'bob'],
  [
    'ada→bob bob→cy cy→dee dee→eli eli→fay fay→gus gus→hal sue→tom ? hal or tom from ada',
    'hal or tom',
    'The answer is 7 facts away.',
    'hal',
  ],
])('warnings of %j', (prompt, text, message, expected) => {
  expect(marked(prompt)).toEqual(message === '' ? [] : [['warning', text, message]]);
  expect(check(prompt).expected).toBe(expected);
});

it('marks a place inside the prompt, whatever is typed', () => {
  const piece = fc.constantFrom('ada', 'bob', '→', '->', '?', ' or ', ' from ', ' ', 'ada→bob ', '⟨end⟩', '\n', '𝒳');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (prompt) => {
        const { problems, path } = check(prompt);
        const inside = [...problems, ...path].every(({ start, end }) => start >= 0 && start <= end && end <= prompt.length);
        expect(inside && (problems.length > 0 || path.length > 0)).toBe(true);
      },
    ),
    { numRuns: 2000 },
  );
});
