/** Branded numbers and strings: a step index cannot be passed where a token id is meant. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

export type RunId = Brand<string, 'RunId'>;
/** Names a trace the engine may open. The window never sees or sends a path. */
export type TraceId = Brand<string, 'TraceId'>;
/** Position of a lane among the run's lanes, from 0. */
export type LaneIndex = Brand<number, 'LaneIndex'>;
/** Position of a branch inside its lane, from 0. */
export type BranchIndex = Brand<number, 'BranchIndex'>;
/** Position of a step inside its branch, from 0 (the first position after the prompt). */
export type StepIndex = Brand<number, 'StepIndex'>;
/** 0 = embeddings, l = after layer l. */
export type LayerIndex = Brand<number, 'LayerIndex'>;
export type TokenId = Brand<number, 'TokenId'>;
export type Bits = Brand<number, 'Bits'>;
export type Milliseconds = Brand<number, 'Milliseconds'>;

export const runId = (value: string): RunId => value as RunId;
export const traceId = (value: string): TraceId => value as TraceId;
export const laneIndex = (value: number): LaneIndex => value as LaneIndex;
export const branchIndex = (value: number): BranchIndex => value as BranchIndex;
export const stepIndex = (value: number): StepIndex => value as StepIndex;
export const layerIndex = (value: number): LayerIndex => value as LayerIndex;
export const tokenId = (value: number): TokenId => value as TokenId;
export const bits = (value: number): Bits => value as Bits;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
