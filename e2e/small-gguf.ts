import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectFolder } from './app';

const types = { u32: 4, i32: 5, string: 8, array: 9 } as const;
/** Where a file's entries begin: after magic, version and two counts. */
const entriesAt = 24;
/** Tensors' data begins at a multiple of this. */
const alignment = 32;

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([length, bytes]);
}

const entry = (key: string, type: keyof typeof types, ...value: Buffer[]): Buffer => Buffer.concat([text(key), u32(types[type]), ...value]);

function list(key: string, type: keyof typeof types, values: readonly Buffer[]): Buffer {
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(values.length));
  return entry(key, 'array', u32(types[type]), count, ...values);
}

/** A model of 40 tokens as a GGUF file with a vocabulary: the fixture's weights, and letters. */
export function writeSmallGguf(path: string): void {
  const fixture = readFileSync(join(projectFolder, 'main', 'models', 'architectures', 'fixtures', 'llama3', 'model.gguf'));
  const tokens = ['<unk>', '<s>', '</s>', ...'abcdefghijklmnopqrstuvwxyz.,?!0123456'.slice(0, 37)];
  const entries = [
    entry('tokenizer.ggml.model', 'string', text('gpt2')),
    entry('tokenizer.ggml.pre', 'string', text('smollm')),
    list('tokenizer.ggml.tokens', 'string', tokens.map(text)),
    list(
      'tokenizer.ggml.token_type',
      'i32',
      tokens.map((_, id) => u32(id < 3 ? 3 : 1)),
    ),
    list('tokenizer.ggml.merges', 'string', []),
    entry('tokenizer.ggml.bos_token_id', 'u32', u32(1)),
    entry('tokenizer.ggml.eos_token_id', 'u32', u32(2)),
  ];
  // One entry more makes the others' length a multiple of the alignment, so that the tensors lie where the fixture says.
  const padding = (length: number): Buffer => entry('general.description', 'string', text('.'.repeat(length)));
  const taken = Buffer.concat([...entries, padding(0)]).length % alignment;
  const added = Buffer.concat([...entries, padding((alignment - taken) % alignment)]);
  const head = Buffer.from(fixture.subarray(0, entriesAt));
  head.writeBigUInt64LE(head.readBigUInt64LE(16) + BigInt(entries.length + 1), 16);
  writeFileSync(path, Buffer.concat([head, added, fixture.subarray(entriesAt)]));
}
