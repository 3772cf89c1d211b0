import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { InterlinearError } from '../contract/errors';
import { type TensorSource, writeSafetensors } from '../models/safetensors';
import type { LoadedModel } from '../runtime/decoder';
import { loadModel } from '../runtime/load-model';
import { print, progress } from './terminal';

/** Reads a prompt in one pass without a cache and writes every tensor others need to check parity. */
export async function forwardCommand(folder: string, options: { readonly prompt: string; readonly dump: string }): Promise<void> {
  if (existsSync(options.dump))
    throw new InterlinearError('bad-request', `${options.dump} is there already.`, 'Choose another --dump, or delete it first.');
  const model = await loadModel(folder, { device: 'cpu' });
  try {
    const tensors = await forwardTensors(model, options.prompt);
    const partial = `${options.dump}.partial`;
    try {
      await writeSafetensors(partial, tensors, { model: model.summary.id, weights: model.summary.weightsHash });
      await rename(partial, options.dump);
    } catch (error) {
      await rm(partial, { force: true });
      throw error;
    }
    progress(tensors.map(({ name, shape }) => `${name} [${shape.join(', ')}]`).join(', '));
    print(options.dump);
  } finally {
    await model.decoder.dispose();
  }
}

/** `ids` [T], `logits` [T, V], `residual` [L + 1, T, D] (before the final norm) and `hidden` [T, D] (after it). */
async function forwardTensors(model: LoadedModel, prompt: string): Promise<TensorSource[]> {
  const { decoder, tokenizer } = model;
  const ids = tokenizer.encode(prompt);
  if (ids.length === 0) throw new InterlinearError('bad-prompt', 'The prompt has no tokens.', 'Give some text with --prompt.');
  const embeddings = new Float32Array(ids.length * decoder.width);
  for (const [position, id] of ids.entries()) embeddings.set(decoder.embedding(id), position * decoder.width);
  const { positions, logits, hidden, residual } = await decoder.full(embeddings);
  return [
    { name: 'ids', dtype: 'I32', shape: [positions], data: bytesOf(Int32Array.from(ids)) },
    { name: 'logits', dtype: 'F32', shape: [positions, decoder.vocabulary], data: bytesOf(logits) },
    { name: 'residual', dtype: 'F32', shape: [decoder.layers + 1, positions, decoder.width], data: bytesOf(residual) },
    { name: 'hidden', dtype: 'F32', shape: [positions, decoder.width], data: bytesOf(hidden) },
  ];
}

function bytesOf(array: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
