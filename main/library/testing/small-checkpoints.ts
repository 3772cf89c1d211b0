import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Value, writeGguf } from '../../models/gguf/testing/write-gguf';
import { openGguf } from '../../models/gguf/open-gguf';

const fixture = join(import.meta.dirname, '..', '..', 'models', 'architectures', 'fixtures', 'llama3');

/** As many tokens as the model's vocabulary has: three of the kinds that end or begin texts, then letters and symbols. */
const smallTokens = ['<unk>', '<|im_start|>', '<|im_end|>', ...Array.from({ length: 37 }, (_, i) => String.fromCodePoint(97 + i))];

/** The random Llama of the parity tests as a folder transformers could have written, texts included. */
export async function writeSmallFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['config.json', 'model.safetensors']) await cp(join(fixture, name), join(folder, name));
  const added = smallTokens
    .slice(0, 3)
    .map((content, id) => ({ id, content, special: true, single_word: false, lstrip: false, rstrip: false, normalized: false }));
  const vocab = Object.fromEntries(smallTokens.map((token, id) => [token, id]));
  const tokenizer = {
    version: '1.0',
    added_tokens: added,
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: { type: 'BPE', vocab, merges: [] },
  };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'generation_config.json'), JSON.stringify({ eos_token_id: [2, 0] }));
  const texts = {
    bos_token: '<|im_start|>',
    eos_token: { content: '<|im_end|>' },
    chat_template: [
      { name: 'tools', template: 'no' },
      { name: 'default', template: '{{ bos_token }}' },
    ],
  };
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(texts));
}

/** The same model as a GGUF file with a vocabulary. */
export async function writeSmallGguf(path: string): Promise<void> {
  const file = await openGguf(join(fixture, 'model.gguf'));
  const tensors = await Promise.all(
    [...file.tensors.values()].map(async (tensor) => ({
      name: tensor.name,
      shape: tensor.shape,
      type: tensor.type,
      data: await tensor.rows(),
    })),
  );
  const described = [...file.metadata].map(([key, value]): readonly [string, Value] => {
    if (typeof value === 'string') return [key, ['string', value]];
    return [key, [Number.isInteger(value) && !key.endsWith('freq_base') ? 'u32' : 'f32', Number(value)]];
  });
  await file.close();
  const kinds = smallTokens.map((_, id): readonly ['i32', number] => ['i32', id < 3 ? 3 : 1]);
  const vocabulary: readonly (readonly [string, Value])[] = [
    ['general.license', ['string', 'apache-2.0']],
    ['tokenizer.ggml.model', ['string', 'gpt2']],
    ['tokenizer.ggml.pre', ['string', 'smollm']],
    ['tokenizer.ggml.tokens', ['array', 'string', smallTokens.map((token): readonly ['string', string] => ['string', token])]],
    ['tokenizer.ggml.token_type', ['array', 'i32', kinds]],
    ['tokenizer.ggml.merges', ['array', 'string', []]],
    ['tokenizer.ggml.bos_token_id', ['u32', 1]],
    ['tokenizer.ggml.eos_token_id', ['u32', 2]],
    ['tokenizer.chat_template', ['string', '{{ bos_token }}']],
  ];
  await writeFile(path, writeGguf({ metadata: [...described, ...vocabulary], tensors }));
}
