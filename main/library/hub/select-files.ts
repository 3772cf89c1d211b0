import { InterlinearError } from '../../contract/errors';
import type { HubFile } from './hub-repository';
import type { HubId } from './hub-id';

/** Small files that say what a model is, where it has them. */
const describing = new Set([
  'config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'special_tokens_map.json',
  'model.safetensors.index.json',
]);

/** Bytes a describing file may have; the largest vocabularies take a tenth of it. */
const maximumDescription = 200_000_000;

/** What to fetch of a repository: the one GGUF file, or a folder of configuration, tokenizer and safetensors. */
export type Selection = { readonly kind: 'file' | 'folder'; readonly files: readonly HubFile[] };

/**
 * The files of a repository that make a checkpoint. Weights in safetensors are preferred to GGUF unless a file is named.
 * @throws InterlinearError `unsupported` when there are none, or several to choose from
 */
export function selectFiles(id: HubId, files: readonly HubFile[]): Selection {
  const top = files.filter(({ path }) => !path.includes('/'));
  const gguf = files.filter(({ path }) => path.endsWith('.gguf'));
  if (id.file !== null) {
    const named = gguf.find(({ path }) => path === id.file);
    if (named) return { kind: 'file', files: [named] };
    throw new InterlinearError('unknown-model', `${id.repository} has no file ${id.file}.`, 'Check the name.');
  }
  const single = top.filter(({ path }) => path === 'model.safetensors');
  const shards = top.filter(({ path }) => /^model-\d+-of-\d+\.safetensors$/u.test(path));
  const weights = single.length > 0 ? single : shards;
  const needed = ['config.json', 'tokenizer.json'];
  if (weights.length > 0 && needed.every((name) => top.some(({ path }) => path === name))) {
    const small = top.filter(({ path, bytes }) => describing.has(path) && bytes <= maximumDescription);
    return { kind: 'folder', files: [...small.filter(({ path }) => shards === weights || !path.endsWith('.index.json')), ...weights] };
  }
  if (gguf.length === 1) return { kind: 'file', files: gguf };
  if (gguf.length > 1) {
    const some = gguf.slice(0, 8).map(({ path }) => path);
    const hint = `Add one of them by its name, as ${id.repository}/${some[0] ?? ''}: ${some.join(', ')}${gguf.length > 8 ? ', …' : ''}.`;
    throw new InterlinearError('unsupported', `${id.repository} has ${gguf.length} GGUF files.`, hint);
  }
  const message = `${id.repository} has no weights this app reads.`;
  throw new InterlinearError('unsupported', message, 'It needs config.json, tokenizer.json and safetensors, or a GGUF file.');
}
