import type { PromptCheck, PromptProblem } from '../../contract/model';
import type { LoadedModel } from '../decoder';
import { kinWriting } from '../model-writing';
import { FakeDecoder, type FakeWeights } from './fake-decoder';

const names = ['ada', 'bob', 'cy', 'dee'];
const facts = names.flatMap((parent) => names.filter((child) => child !== parent).map((child) => `${parent}→${child}`));
const fakeVocabulary = ['⟨unk⟩', '⟨bos⟩', '⟨think⟩', '⟨thought⟩', '⟨answer⟩', '⟨end⟩', '?', 'or', 'from', ...names, ...facts];
const idOf = (token: string): number => fakeVocabulary.indexOf(token);
const markers = { think: [idOf('⟨think⟩')], thought: [idOf('⟨thought⟩')], answer: [idOf('⟨answer⟩')], ends: [idOf('⟨end⟩')] };

/** A prompt of the fake model whose right answer is `dee`. */
export const fakePrompt = 'ada→bob bob→dee ? dee or cy from ada';

/**
 * A toy of the embedded model, made by hand: its vocabulary with four names, markers and facts; chains of names that end
 * in ⟨answer⟩ name ⟨end⟩ and differ when sampled. It does not reason; its answers are right or wrong by chance.
 */
export function fakeModel(id = 'fake'): LoadedModel & { readonly decoder: FakeDecoder } {
  const decoder = new FakeDecoder(handmadeWeights());
  return {
    summary: {
      id,
      name: id === 'fake' ? 'Fake' : id,
      task: 'kin',
      weightsHash: '0'.repeat(64),
      license: 'MIT',
      layers: decoder.layers,
      width: decoder.width,
      heads: 1,
      vocabulary: decoder.vocabulary,
      parameters: decoder.matrixParameters + decoder.embeddings.length,
      cacheBytesPerPosition: decoder.cacheBytesPerPosition,
      lanes: ['direct', 'cot', 'best-of-n', 'coconut'],
      architecture: 'llama',
      dtype: 'f32',
      maximumPositions: null,
      chat: false,
      bytes: 0,
    },
    decoder,
    lens: null,
    reference: null,
    tokenizer: {
      encode: (prompt) => [idOf('⟨bos⟩'), ...words(prompt).map(({ token }) => token)],
      text: (token) => fakeVocabulary[token] ?? '⟨unk⟩',
      vocabulary: fakeVocabulary,
    },
    markers,
    dtype: 'f32',
    device: 'cpu',
    deviceNote: null,
    threads: 1,
    checkPrompt,
    read: (prompt) => [idOf('⟨bos⟩'), ...words(prompt).map(({ token }) => token)],
    ...kinWriting({ text: (token) => fakeVocabulary[token] ?? '⟨unk⟩' }, markers),
  };
}

function words(prompt: string): { text: string; token: number; start: number; end: number }[] {
  return [...prompt.matchAll(/\S+/g)].map(([text], i, all) => {
    const start = all[i]?.index ?? 0;
    return { text, token: Math.max(0, idOf(text.replace('->', '→'))), start, end: start + text.length };
  });
}

function checkPrompt(prompt: string): PromptCheck {
  const found = words(prompt);
  const unknown = found.filter(({ token }) => token === 0);
  const problems: PromptProblem[] = unknown.map(({ text, start, end }) => ({
    start,
    end,
    severity: 'error',
    message: `${text} is not a word of this model.`,
    hint: `Names are ${names.join(', ')}.`,
  }));
  const question = /\? (\w+) or (\w+) from (\w+)$/.exec(prompt);
  if (!question)
    problems.push({
      start: 0,
      end: prompt.length,
      severity: 'error',
      message: 'There is no question.',
      hint: 'End with: ? dee or cy from ada',
    });
  const [, first = '', second = '', root = ''] = question ?? [];
  const known = found.filter(({ text }) => text.includes('→') || text.includes('->'));
  const reached = descendants(
    root,
    known.map(({ text }) => text.split(/→|->/)),
  );
  const expected = [first, second].filter((name) => reached.has(name));
  return {
    tokens: [
      { id: idOf('⟨bos⟩'), text: '⟨bos⟩', start: 0, end: 0, special: true },
      ...found.map(({ token, text, start, end }) => ({ id: token, text, start, end, special: false })),
    ],
    problems,
    expected: expected.length === 1 ? (expected[0] ?? null) : null,
    path: [],
    hops: null,
    rendered: null,
  };
}

function descendants(root: string, pairs: readonly (readonly string[])[]): Set<string> {
  const reached = new Set<string>();
  const open = [root];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    for (const [parent, child = ''] of pairs) {
      if (parent !== name || reached.has(child)) continue;
      reached.add(child);
      open.push(child);
    }
  }
  return reached;
}

/** Wants: names after ⟨think⟩, ⟨thought⟩ and ⟨answer⟩; another name or ⟨answer⟩ after a name; ⟨end⟩ once ⟨answer⟩ has been read. */
function handmadeWeights(): FakeWeights {
  const vocabulary = fakeVocabulary.length;
  const table = (): Float32Array[] => fakeVocabulary.map(() => new Float32Array(vocabulary));
  const next = table();
  const context = table();
  const want = (rows: Float32Array[], from: string, to: string, weight: number): void => {
    const row = rows[idOf(from)];
    if (row) row[idOf(to)] = weight;
  };
  names.forEach((name, i) => {
    for (const marker of ['⟨think⟩', '⟨thought⟩']) want(next, marker, name, 2 + 0.3 * i);
    want(next, '⟨answer⟩', name, 6 + 0.2 * i);
    want(next, name, '⟨answer⟩', 1.5);
    names.forEach((other, j) => want(next, name, other, other === name ? -1 : 1 + 0.3 * ((i + j) % 4)));
  });
  for (const fact of facts) {
    const [, child = ''] = fact.split('→');
    want(context, fact, child, 0.4);
  }
  want(context, '⟨answer⟩', '⟨end⟩', 4);
  // Having read a name, the chain tires of it and leans to the answer.
  for (const name of names) {
    want(context, name, name, -0.5);
    want(context, name, '⟨answer⟩', 0.4);
  }
  return { vocabulary, next, context, gain: 1.6 };
}
