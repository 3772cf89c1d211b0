import type { Walk, WalkRequest } from '../measures/walk-parts';
import type { LensOfPasses } from './packed-readings';

/** Keys or values, [.., lines, positions]: lines of positions that are copied, cut and joined, and whose meaning whoever computes knows. */
export type CacheArray = Float32Array | Int16Array | Int32Array;

export const cacheKinds = ['keys', 'values'] as const;
export type CacheKind = (typeof cacheKinds)[number];

/** Where keys and values lie: memory that a pass reads without a copy. */
export interface CacheMemory {
  /** Whether a pass writes keys and values of new positions into `own` itself. */
  readonly writesCache: boolean;
  /** Lines that keys, and values, of one row take in a layer. */
  readonly cacheLines: Readonly<Record<CacheKind, number>>;
  /** Room for so many positions in all, all 0. */
  allocate(kind: CacheKind, positions: number): CacheArray;
  /** Gives back what `allocate` gave, the whole array; it is not to be used afterwards. */
  free(array: CacheArray): void;
}

/** Keys and values of positions that have been read. */
export interface Segment {
  /** 1, shared by all rows, or B. */
  readonly batch: number;
  /** Places, filled or not; at least 1. What is not filled must be finite: it is multiplied with a weight of 0. */
  readonly capacity: number;
  /** One array a layer, [batch, lines, capacity]: arrays of `CacheMemory`, or parts of them. */
  readonly keys: readonly CacheArray[];
  readonly values: readonly CacheArray[];
  /** Places filled: of each row (length B), or of those all rows share (length 1). */
  readonly filled: readonly number[];
}

/**
 * What one pass reads: B rows with T new positions each. A new position sees what is filled of both segments, itself, and the new ones of its
 * row before it. Who writes the cache itself (`writesCache`) needs a segment `own` of B rows with room for the new positions behind what is filled, and puts
 * them there before anybody else has a turn.
 */
export interface Pass {
  /** B */
  readonly batch: number;
  /** T */
  readonly added: number;
  /** [B, T, D] */
  readonly embeddings: Float32Array;
  /** [B, T], absolute. */
  readonly positions: readonly number[];
  /** Null where nothing has been read. */
  readonly prompt: Segment | null;
  readonly own: Segment | null;
  /** R of the B · T positions, at least one: those whose distribution is wanted. */
  readonly readout: readonly number[];
  /** Q of the B · T positions: those whose vectors are wanted. */
  readonly tapped: readonly number[];
  readonly room?: PassRoom;
  /** R: what is wanted of each distribution besides. Who cannot gives none. */
  readonly walks?: readonly WalkRequest[];
}

/** Where outputs are to be written instead of new memory. */
export interface PassRoom {
  /** [R, V] */
  readonly logits: Float32Array;
  /** [L + 1, Q, D] */
  readonly residual: Float32Array;
}

/** What a pass gives: arrays of exactly their size in memory that is not shared, the caller's to keep; or, where there is room for them, that. */
export interface PassOutputs {
  /** [R, V] */
  readonly logits: Float32Array;
  /** R, in the order of `Pass.walks`. */
  readonly walks?: readonly Walk[];
  /** [Q, D], after the final norm. */
  readonly hidden: Float32Array;
  /** [L + 1, Q, D]: 0 = embeddings (with learned positions added), l = after layer l. */
  readonly residual: Float32Array;
  /** Of the new positions, as caches hold them; null where the pass has put them there. */
  readonly added: Added | null;
}

/** [L, B, lines, T] each. */
export type Added = Readonly<Record<CacheKind, CacheArray>>;

/** Bits that inputs of products with weights in 4 or 8 bits are rounded to, a scale a block of 32; 32 where they are not, or there are none. */
export type InputBits = 8 | 16 | 32;

/** Computes passes of one model. It keeps nothing from one to the next: what has been read comes with each. */
export interface Passes extends CacheMemory {
  readonly inputBits: InputBits;
  /** Name and version of what computes, for example `onnxruntime 1.24.3`. */
  readonly engine: string;
  /** Bytes that keys and values of one position take in all layers. */
  readonly cacheBytesPerPosition: number;
  /** Keys of one row and layer [lines, capacity] as numbers [Hkv, Hd, capacity], in memory that is not shared. */
  floatsOf(keys: CacheArray, capacity: number): Float32Array;
  /** Reads the lens, with what reads out passes; never beside a pass. Null where something else must. */
  readonly lens: LensOfPasses | null;
  /** One at a time; nothing the pass reads is written to or freed meanwhile. */
  run(pass: Pass): Promise<PassOutputs>;
  /** Nothing is asked of it afterwards; what was allocated goes too. */
  release(): Promise<void>;
}
