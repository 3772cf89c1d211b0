/** Branded numbers: a step index cannot be passed where a branch index is meant. */
declare const brand: unique symbol;
type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Position of a lane among the run's lanes, from 0. */
export type LaneIndex = Brand<number, 'LaneIndex'>;
/** Position of a branch inside its lane, from 0. */
export type BranchIndex = Brand<number, 'BranchIndex'>;
/** Position of a step inside its branch, from 0 (the first position after the prompt). */
export type StepIndex = Brand<number, 'StepIndex'>;
export type Bits = Brand<number, 'Bits'>;
export type Milliseconds = Brand<number, 'Milliseconds'>;

export const laneIndex = (value: number): LaneIndex => value as LaneIndex;
export const branchIndex = (value: number): BranchIndex => value as BranchIndex;
export const stepIndex = (value: number): StepIndex => value as StepIndex;
export const bits = (value: number): Bits => value as Bits;
export const milliseconds = (value: number): Milliseconds => value as Milliseconds;
