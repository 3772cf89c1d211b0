import { expect, it } from 'vitest';
import { ModelTokenizer } from '../tokenizer';
import { idsOf, strings, tokenizers, variants } from './fixtures/references';

function fileOf(name: string): object {
  const variant = variants[name];
  const base: Readonly<Record<string, unknown>> = { ...tokenizers[variant?.of ?? '']?.file };
  const changed = Object.entries(variant?.changes ?? {}).map(([member, change]) => {
    const before = base[member];
    if (member === 'model') return [member, { ...(before as object), ...change }] as const;
    if (member === 'added_tokens') return [member, [...(before as object[]), ...(change as object[])]] as const;
    return [member, change] as const;
  });
  return { ...base, ...Object.fromEntries(changed) };
}

/** Settings none of the supported families needs all of, against the same reference; see fixtures/make_tokenizers.py. */
it.each(Object.entries(variants))('encodes with %s as the reference does', (name, { ids }) => {
  const tokenizer = new ModelTokenizer(fileOf(name), 1000);
  const different = ids.flatMap((expected, index) => {
    const text = strings[index * 15] ?? '';
    const found = tokenizer.encode(text);
    return found.join() === idsOf(expected).join()
      ? []
      : [{ text, found: found.map((id) => tokenizer.text(id)), expected: idsOf(expected).map((id) => tokenizer.text(id)) }];
  });
  expect(different.slice(0, 3)).toEqual([]);
});
