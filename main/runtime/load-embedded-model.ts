import type { EmbeddedReader } from '../models/embedded-reader';
import { resolveMarkers, weightsFile } from '../models/model-package';
import { makeReference } from '../models/reference/model-reference';
import { readWeights } from '../models/weights';
import type { LoadedModel } from './decoder';
import type { LoadOptions } from './load-options';
import { loadedValues } from './loaded-values';
import { threadCount } from './thread-count';
import { isTiny } from './tiny-model';
import { kinWriting } from './model-writing';
import { openDecoder } from './open-decoder';

/**
 * Makes a model that ships with the app ready to run.
 * @throws InterlinearError `bad-model` (damaged, altered, or contradicting itself) or `unsupported`
 */
export async function loadEmbeddedModel(reader: EmbeddedReader, { device, threads, onStage }: LoadOptions): Promise<LoadedModel> {
  const { opened, tokenizer, summary, read, checkPrompt } = reader;
  const markers = resolveMarkers(opened.manifest, tokenizer);
  const used = threads ?? (isTiny(summary.parameters) ? 1 : threadCount());
  onStage?.({ phase: 'starting', doneBytes: summary.bytes, totalBytes: summary.bytes });
  const weights = readWeights(await opened.file(weightsFile), opened);
  const decoder = await openDecoder(opened.spec, weights, { device, threads: used });
  return {
    summary,
    decoder,
    lens: null,
    reference: await makeReference(opened.spec, loadedValues(weights)),
    tokenizer,
    markers,
    dtype: 'f32',
    device,
    deviceNote: null,
    threads: used,
    ...kinWriting(tokenizer, markers),
    read,
    checkPrompt,
  };
}
