import { InterlinearError } from '../contract/errors';
import { preTokenizations } from './gguf-pre-tokenizers';
import {
  badVocabulary,
  type GgufMetadata,
  type GgufVocabulary,
  readBoolean,
  readNumbers,
  readString,
  readStrings,
  readTokenId,
  readVocabulary,
  tokenKinds,
} from './gguf-vocabulary';
import { mergesFromScores } from './sentencepiece-merges';

export interface SpecialTokens {
  readonly bos: number | null;
  readonly eos: number | null;
  readonly unk: number | null;
  readonly pad: number | null;
}

export interface GgufTokenizer {
  /** The vocabulary as a `tokenizer.json`. */
  readonly tokenizer: object;
  /** Jinja template for conversations, or null. */
  readonly chatTemplate: string | null;
  readonly special: SpecialTokens;
  /** Ids after which a text is complete, without doubles. */
  readonly endTokens: readonly number[];
}

const mostMerges = 2 ** 22;
const longestTemplate = 2 ** 20;
/** Texts by which the families mark the end of a turn or a document; files often name only one of them as their end. */
const endTexts = ['<|im_end|>', '<|endoftext|>', '<|eot_id|>', '<|eom_id|>', '<|end_of_text|>', '<|end|>', '<end_of_turn>', '</s>'];
const metaspace = '▁';

function addedTokens({ tokens, kinds }: GgufVocabulary, unknownIsSpecial: boolean): object[] {
  return tokens.flatMap((content, id) => {
    const kind = kinds[id];
    const special = kind === tokenKinds.control || (unknownIsSpecial && kind === tokenKinds.unknown);
    if (!special && kind !== tokenKinds.userDefined) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

/** Puts the tokens for beginning and end around every text, where the file wants them. */
function postProcessor({ tokens }: GgufVocabulary, before: number | null, after: number | null): object | null {
  if (before === null && after === null) return null;
  const marker = (id: number | null): object[] => (id === null ? [] : [{ SpecialToken: { id: tokens[id] ?? '', type_id: 0 } }]);
  const used = [before, after].filter((id) => id !== null);
  const single = [...marker(before), { Sequence: { id: 'A', type_id: 0 } }, ...marker(after)];
  const special = used.map((id) => [tokens[id] ?? '', { id: tokens[id] ?? '', ids: [id], tokens: [tokens[id] ?? ''] }] as const);
  const pair = [...single, { Sequence: { id: 'B', type_id: 1 } }];
  return { type: 'TemplateProcessing', single, pair, special_tokens: Object.fromEntries(special) };
}

function readMerges(metadata: GgufMetadata, ids: ReadonlyMap<string, number>): (readonly [string, string])[] {
  const lines = readStrings(metadata, 'tokenizer.ggml.merges');
  if (lines === null) throw badVocabulary('The file has a byte-level vocabulary without merges.');
  if (lines.length > mostMerges) throw badVocabulary(`The file has ${lines.length} merges, more than any model.`);
  return lines.map((line, rank) => {
    const space = line.indexOf(' ', 1);
    const left = line.slice(0, space);
    const right = line.slice(space + 1);
    if (space < 0 || !ids.has(left) || !ids.has(right) || !ids.has(left + right)) {
      throw badVocabulary(`Merge ${rank} does not make a token of two tokens.`);
    }
    return [left, right];
  });
}

interface Parts {
  readonly normalizer: object | null;
  readonly pre_tokenizer: object | null;
  readonly decoder: object;
  readonly model: object;
  readonly unknownIsSpecial: boolean;
  readonly addBos: boolean;
}

/** `Object.fromEntries` defines a member even for the name `__proto__`, which is a token like any other. */
const vocabularyObject = (ids: ReadonlyMap<string, number>): Record<string, number> => Object.fromEntries(ids);

function byteLevelParts(metadata: GgufMetadata, { ids }: GgufVocabulary): Parts {
  const name = readString(metadata, 'tokenizer.ggml.pre') ?? 'default';
  const rule = preTokenizations.get(name);
  if (rule === undefined) {
    throw new InterlinearError(
      'unsupported',
      `The rule “${name.slice(0, 60)}” for cutting text into tokens is not known here.`,
      'Use the model’s safetensors folder with its tokenizer.json instead.',
    );
  }
  const { normalizer, pre_tokenizer, ignore_merges, addBos } = rule;
  const model = { type: 'BPE', byte_fallback: false, unk_token: null, fuse_unk: false, ignore_merges };
  return {
    normalizer,
    pre_tokenizer,
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: { ...model, vocab: vocabularyObject(ids), merges: readMerges(metadata, ids) },
    unknownIsSpecial: false,
    addBos,
  };
}

function sentencePieceParts(metadata: GgufMetadata, { tokens, ids }: GgufVocabulary, unk: number | null): Parts {
  const scores = readNumbers(metadata, 'tokenizer.ggml.scores', tokens.length);
  if (scores === null) throw badVocabulary('The file has a SentencePiece vocabulary without scores.');
  const prefix = readBoolean(metadata, 'tokenizer.ggml.add_space_prefix') ?? true;
  const toMetaspace = { type: 'Replace', pattern: { String: ' ' }, content: metaspace };
  const toSpace = { type: 'Replace', pattern: { String: metaspace }, content: ' ' };
  const model = { type: 'BPE', byte_fallback: true, fuse_unk: true, ignore_merges: false, unk_token: unk === null ? null : tokens[unk] };
  return {
    normalizer: { type: 'Sequence', normalizers: [...(prefix ? [{ type: 'Prepend', prepend: metaspace }] : []), toMetaspace] },
    pre_tokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        toSpace,
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
      ],
    },
    model: { ...model, vocab: vocabularyObject(ids), merges: mergesFromScores(ids, scores) },
    unknownIsSpecial: true,
    addBos: true,
  };
}

function endTokensOf({ ids, kinds }: GgufVocabulary, named: readonly (number | null)[]): number[] {
  const byText = endTexts.flatMap((text) => {
    const id = ids.get(text);
    return id !== undefined && kinds[id] === tokenKinds.control ? [id] : [];
  });
  return [...new Set([...named.filter((id) => id !== null), ...byText])];
}

function readChatTemplate(metadata: GgufMetadata): string | null {
  const template = readString(metadata, 'tokenizer.chat_template');
  if (template !== null && template.length > longestTemplate) throw badVocabulary('The chat template is longer than a megabyte.');
  return template;
}

/**
 * The tokenizer inside a GGUF file, as the `tokenizer.json` the same model is published with.
 * Byte-level vocabularies (`gpt2`) are cut by the rule the file names; SentencePiece vocabularies (`llama`) get their merges from
 * their scores, with bytes for what has no token.
 * @throws InterlinearError `unsupported` for another kind of vocabulary or an unknown rule, `bad-model` for values that cannot be right
 */
export function tokenizerFromGguf(metadata: GgufMetadata): GgufTokenizer {
  const kind = readString(metadata, 'tokenizer.ggml.model');
  if (kind === null) throw badVocabulary('The file has no tokenizer.');
  if (kind !== 'gpt2' && kind !== 'llama') {
    throw new InterlinearError(
      'unsupported',
      `A vocabulary of the kind “${kind.slice(0, 60)}” cannot be read.`,
      'Byte-level BPE (gpt2) and SentencePiece (llama) vocabularies can.',
    );
  }
  const vocabulary = readVocabulary(metadata);
  const id = (name: string): number | null => readTokenId(metadata, `tokenizer.ggml.${name}_token_id`, vocabulary);
  const special = { bos: id('bos'), eos: id('eos'), unk: id('unknown'), pad: id('padding') };
  const { unknownIsSpecial, addBos, ...parts } =
    kind === 'gpt2' ? byteLevelParts(metadata, vocabulary) : sentencePieceParts(metadata, vocabulary, special.unk);
  const before = (readBoolean(metadata, 'tokenizer.ggml.add_bos_token') ?? addBos) ? special.bos : null;
  const after = (readBoolean(metadata, 'tokenizer.ggml.add_eos_token') ?? false) ? special.eos : null;
  return {
    tokenizer: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(vocabulary, unknownIsSpecial),
      ...parts,
      post_processor: postProcessor(vocabulary, before, after),
    },
    chatTemplate: readChatTemplate(metadata),
    special,
    endTokens: endTokensOf(vocabulary, [special.eos, id('eot'), id('eom')]),
  };
}
