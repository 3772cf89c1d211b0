import type { Markers } from '../contract/model';
import { readReference } from '../models/reference/reference-file';
import { storedFiles } from '../models/stored-package';
import type { StoredReader } from '../models/stored-reader';
import { openStoredWeights } from '../models/stored-weights';
import type { LoadedModel } from './decoder';
import type { LoadOptions, LoadStage } from './load-options';
import { textWriting } from './model-writing';
import { openDecoder } from './open-decoder';
import { threadCount } from './thread-count';

/** Put before a chain of thought. @source Kojima et al., "Large Language Models are Zero-Shot Reasoners", arXiv 2205.11916 */
const thinkAloud = 'Let’s think step by step.\n';

/**
 * Makes an imported model ready to run.
 * @throws InterlinearError `bad-model` (damaged or altered) or `unsupported`
 */
export async function loadStoredModel(
  reader: StoredReader,
  { device, threads, arithmetic = 'fast', onStage }: LoadOptions,
): Promise<LoadedModel> {
  const { opened, tokenizer, read, checkPrompt } = reader;
  const { spec, summary, manifest } = opened;
  const reference = await opened.file(storedFiles.reference);
  const used = threads ?? threadCount();
  const totalBytes = summary.bytes;
  const checking = inHundredths('checking', onStage);
  let doneBytes = 0;
  const path = await opened.verified(storedFiles.weights, (count) => {
    doneBytes += count;
    checking(doneBytes, totalBytes);
  });
  const weights = await openStoredWeights(path, spec);
  onStage?.({ phase: 'starting', doneBytes: totalBytes, totalBytes });
  const decoder = await openDecoder(spec, weights, { device, threads: used, arithmetic }, inHundredths('taking', onStage));
  const markers: Markers = {
    think: tokenizer.encode(thinkAloud, { addSpecial: false }),
    thought: [],
    answer: [],
    ends: manifest.endTokens,
  };
  return {
    summary,
    decoder,
    lens: decoder.readsLens ? null : { path, hash: summary.weightsHash, spec },
    reference: reference && readReference(reference, spec),
    tokenizer,
    markers,
    dtype: summary.dtype,
    device,
    deviceNote: null,
    threads: used,
    ...textWriting(tokenizer, markers),
    read,
    checkPrompt,
  };
}

/** Says how far a phase is, at most a hundred times. */
function inHundredths(phase: LoadStage['phase'], onStage: LoadOptions['onStage']): (doneBytes: number, totalBytes: number) => void {
  let said = 0;
  return (doneBytes, totalBytes) => {
    if (doneBytes - said < totalBytes / 100) return;
    said = doneBytes;
    onStage?.({ phase, doneBytes, totalBytes });
  };
}
