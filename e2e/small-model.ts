import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './app';

const words =
  'user assistant system the a of in to and is it what why how sky blue red green word says tom ada old new small long sun sea ship home far near'.split(
    ' ',
  );

/** What a small model's tokens are: words, or the letters of the same words. */
const pieces = {
  words: { name: 'small-random-llama', texts: words, split: { type: 'WhitespaceSplit' }, decoder: null },
  letters: {
    name: 'small-letters-llama',
    texts: [...' abcdefghijklmnopqrstuvwxyz.,?!'],
    split: { type: 'Split', pattern: { Regex: '[\\s\\S]' }, behavior: 'Isolated', invert: false },
    decoder: { type: 'Fuse' },
  },
} as const;

/** A model of 40 tokens with random weights, as a hub publishes one: enough to be imported and asked. @returns its folder */
export function writeSmallModel(parent: string, kind: keyof typeof pieces = 'words', called?: string): string {
  const { name, texts, split, decoder } = pieces[kind];
  const folder = join(parent, called ?? name);
  const fixture = join(projectFolder, 'main', 'models', 'architectures', 'fixtures', 'llama3');
  mkdirSync(folder, { recursive: true });
  for (const file of ['config.json', 'model.safetensors']) copyFileSync(join(fixture, file), join(folder, file));
  const special = ['<unk>', '<|im_start|>', '<|im_end|>'];
  const vocabulary = Object.fromEntries([...special, ...texts].map((word, id) => [word, id]));
  const tokenizer = {
    version: '1.0',
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: split,
    post_processor: null,
    decoder,
    model: { type: 'WordLevel', vocab: vocabulary, unk_token: '<unk>' },
  };
  writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  writeFileSync(
    join(folder, 'chat_template.jinja'),
    "{% for message in messages %}<|im_start|> {{ message['role'] }} {{ message['content'] }} <|im_end|> {% endfor %}<|im_start|> assistant",
  );
  return folder;
}
