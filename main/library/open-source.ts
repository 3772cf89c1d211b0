import { stat } from 'node:fs/promises';
import { parseModelJson } from '../models/model-file';
import { readArchitecture, readGgufArchitecture } from '../models/architectures/read-architecture';
import { matchWeights } from '../models/architectures/weight-source';
import { tokenizerFromGguf } from '../models/gguf-tokenizer';
import { openGguf } from '../models/gguf/open-gguf';
import { openSafetensorsFolder } from '../models/safetensors-folder';
import { ModelTokenizer } from '../models/tokenizer';
import { readFolderTexts, readNeeded } from './folder-texts';
import type { SourceCheckpoint } from './source-checkpoint';

/**
 * Opens a checkpoint as published: a GGUF file, or a folder with `config.json`, `tokenizer.json` and safetensors.
 * @throws InterlinearError `bad-model` when it is damaged or contradicts itself, `unsupported` for a model of another kind
 */
export async function openSource(path: string): Promise<SourceCheckpoint> {
  const folder = await stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
  return folder ? openFolder(path) : openFile(path);
}

/** A tokenizer that cannot be used is told when the model is added, not when it is first asked something. @throws InterlinearError */
function checkTokenizer(file: Uint8Array, vocabulary: number): void {
  new ModelTokenizer(parseModelJson(file, 'tokenizer.json'), vocabulary).encode('');
}

async function openFolder(folder: string): Promise<SourceCheckpoint> {
  const config = parseModelJson(await readNeeded(folder, 'config.json'), 'config.json');
  const found = readArchitecture(config);
  const texts = await readFolderTexts(folder, config);
  checkTokenizer(texts.tokenizer, found.spec.vocabulary);
  const checkpoint = await openSafetensorsFolder(folder);
  try {
    const { architecture, spec, maximumPositions, notes } = found;
    return {
      checkpoint,
      architecture,
      spec,
      maximumPositions,
      notes,
      sources: matchWeights(found, checkpoint.tensors),
      ...texts,
      license: null,
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

async function openFile(path: string): Promise<SourceCheckpoint> {
  const checkpoint = await openGguf(path);
  try {
    const { metadata } = checkpoint;
    const found = await readGgufArchitecture(checkpoint);
    const { architecture, spec, maximumPositions, notes } = found;
    const sources = matchWeights(found, checkpoint.tensors);
    const { tokenizer, chatTemplate, special, endTokens } = tokenizerFromGguf(metadata);
    const tokenizerFile = new TextEncoder().encode(JSON.stringify(tokenizer));
    checkTokenizer(tokenizerFile, spec.vocabulary);
    const tokens = metadata.get('tokenizer.ggml.tokens');
    const text = (id: number | null): string | null => {
      const found = id === null || !Array.isArray(tokens) ? null : (tokens as readonly unknown[])[id];
      return typeof found === 'string' ? found : null;
    };
    const license = metadata.get('general.license');
    return {
      checkpoint,
      architecture,
      spec,
      maximumPositions,
      notes,
      sources,
      tokenizer: tokenizerFile,
      template: chatTemplate,
      endTokens,
      specialTokens: { begin: text(special.bos), end: text(special.eos) },
      license: typeof license === 'string' ? license : null,
    };
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}
