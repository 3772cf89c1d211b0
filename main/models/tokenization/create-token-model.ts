import { InterlinearError } from '../../contract/errors';
import { BytePairEncoding } from './byte-pair-encoding';
import { type TokenModel, WordLevel } from './token-model';
import type { TokenizerFile } from './tokenizer-file';

/** @throws InterlinearError `unsupported` for a kind of vocabulary the app cannot use, `bad-model` for merges of no tokens */
export function createTokenModel({ model }: TokenizerFile, hint: string): TokenModel {
  const { vocab: ids, merges } = model;
  // Old files do not name their kind.
  const type = model.type ?? (merges ? 'BPE' : 'WordLevel');
  const unknown = ids.get(model.unk_token ?? '') ?? null;
  if (type === 'WordLevel') return new WordLevel(ids, unknown);
  if (type !== 'BPE' || !merges || model.continuing_subword_prefix || model.end_of_word_suffix) {
    throw new InterlinearError(
      'unsupported',
      `A tokenizer of the kind “${type.slice(0, 60)}” with these settings cannot be used here.`,
      'Byte-level BPE, SentencePiece BPE with byte fallback, and word-level vocabularies can.',
    );
  }
  try {
    return new BytePairEncoding({
      ids,
      merges,
      unknown,
      fuseUnknown: model.fuse_unk ?? false,
      byteFallback: model.byte_fallback ?? false,
      ignoreMerges: model.ignore_merges ?? false,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new InterlinearError('bad-model', `tokenizer.json cannot be used: ${error.message}.`, hint, { cause: error });
  }
}
