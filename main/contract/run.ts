import { z } from 'zod';
import { errorSchema } from './errors';
import { laneSettingsSchema, maximumLanes, picks } from './lanes';
import { deviceChoices, devices } from './devices';
import { chatSchema, dtypes, modelSummarySchema, promptCheckSchema } from './model';

export const schedules = ['lockstep', 'isolated'] as const;
export type Schedule = (typeof schedules)[number];

export const verdicts = ['right', 'wrong', 'none'] as const;
/** `none`: the task defines no answer, or the branch gave none. */
export type Verdict = (typeof verdicts)[number];

/** What the user asks for. */
export const runRequestSchema = z.strictObject({
  model: z.string().default('kin'),
  prompt: z.string().max(200_000),
  lanes: z.array(laneSettingsSchema).min(1).max(maximumLanes),
  seed: z.number().int().min(0).max(0xffff_ffff).default(7),
  schedule: z.enum(schedules).default('lockstep'),
  device: z.enum(deviceChoices).default('auto'),
  /** With it the model's chat template is rendered around the prompt; null: the prompt is read as it stands. */
  chat: chatSchema.nullable().default(null),
});
export type RunRequest = z.infer<typeof runRequestSchema>;
export type RunRequestInput = z.input<typeof runRequestSchema>;

/** Scores of one branch; null where the lane does not compute it. */
export const branchScoresSchema = z.object({
  /** Mean log-probability of the sampled tokens, in nats. */
  meanLogProbability: z.number().nullable(),
  /** Mean KL divergence from the uniform distribution, in nats (arXiv 2502.18581). */
  selfCertainty: z.number().nullable(),
  /** Share of the lane's branches that gave the same answer. */
  votes: z.number().nullable(),
});

export const branchRecordSchema = z.object({
  lane: z.number().int(),
  branch: z.number().int(),
  /** The branch this one was forked from, or null. */
  parent: z.number().int().nullable(),
  /** Steps shared with the parent. */
  forkStep: z.number().int(),
  steps: z.number().int(),
  state: z.enum(['running', 'done', 'cancelled', 'cut']),
  /** The emitted text, markers included. */
  text: z.string(),
  answer: z.string().nullable(),
  verdict: z.enum(verdicts),
  scores: branchScoresSchema,
});
export type BranchScores = z.infer<typeof branchScoresSchema>;
export type BranchRecord = z.infer<typeof branchRecordSchema>;

/** Best-of-N: what each score would pick. */
const pickRecordSchema = z.object({
  pick: z.enum(picks),
  branch: z.number().int(),
  answer: z.string().nullable(),
  verdict: z.enum(verdicts),
});

export const laneCostSchema = z.object({
  /** Layers times sequential positions after the prompt, longest branch. */
  serialDepth: z.number(),
  /** Positions computed after the prompt, all branches. */
  positions: z.number(),
  /** Floating-point operations after the prompt, two per multiply-add. */
  flops: z.number(),
  /** Bytes of the lane's own key-value cache. */
  cacheBytes: z.number(),
});
export type LaneCost = z.infer<typeof laneCostSchema>;

const laneStates = ['waiting', 'running', 'done', 'cancelled', 'failed'] as const;

export const laneRecordSchema = z.object({
  lane: z.number().int(),
  state: z.enum(laneStates),
  answer: z.string().nullable(),
  verdict: z.enum(verdicts),
  /** The branch whose answer is the lane's. */
  branch: z.number().int().nullable(),
  /** Steps produced, all branches. */
  steps: z.number().int(),
  /** Wall time from the lane's first forward after the prompt to its last. */
  milliseconds: z.number(),
  /** Steps per second over that time. */
  tokensPerSecond: z.number(),
  cost: laneCostSchema,
  /** Best-of-N only: the pick of each score; else empty. */
  picks: z.array(pickRecordSchema),
  /** Best-of-N only: 1 when any branch is right, 0 when none, null where no answer is known. */
  passAtN: z.number().nullable(),
  error: errorSchema.nullable(),
});
export type LaneRecord = z.infer<typeof laneRecordSchema>;

/** One parity check: what was compared, over how much, the largest difference seen and the limit. */
export const parityCheckSchema = z.object({
  /** Id of the model it was made on, where the run has several. */
  model: z.string().optional(),
  /** `exactlyEqualsReference` is not made by a run: it is what the last check of the model on the device found, rounding nothing. */
  name: z.enum(['lastLayerLensEqualsLogits', 'cachedEqualsUncached', 'equalsReference', 'exactlyEqualsReference']),
  passed: z.boolean(),
  maximumDifference: z.number(),
  tolerance: z.number(),
  compared: z.string(),
});
export type ParityCheck = z.infer<typeof parityCheckSchema>;

const frameLayoutSchema = z.object({
  streams: z.number().int().min(1).max(1024),
  candidates: z.number().int().min(1).max(256),
  lens: z.number().int().min(1).max(256),
  nearest: z.number().int().min(0).max(256),
});

/** A model of a run: what it makes of the prompt, how steps of its lanes are packed, and what computes it. */
export const runModelSchema = z.object({
  model: modelSummarySchema,
  check: promptCheckSchema,
  layout: frameLayoutSchema,
  /** Token texts by id, markers visible. */
  vocabulary: z.array(z.string()),
  /** The one that was used. */
  device: z.enum(devices),
  /** Why it is not the one that was asked for, in a sentence; null where it is. */
  deviceNote: z.string().nullable().default(null),
  dtype: z.enum(dtypes),
  threads: z.number().int(),
  engine: z.string(),
});
export type RunModelInfo = z.infer<typeof runModelSchema>;

/** What is known of a run when it starts; fixed from then on. Which of its models a lane is on: see `modelOfLane`. */
export const runInfoSchema = z.object({
  id: z.string(),
  request: runRequestSchema,
  /** The run's own model; where every lane names another, the first lane's. */
  ...runModelSchema.shape,
  /** The other models lanes are on, each once. */
  others: z.array(runModelSchema).max(maximumLanes).default([]),
  appVersion: z.string(),
  /** ISO 8601. */
  startedAt: z.string(),
});
export type RunInfo = z.infer<typeof runInfoSchema>;

export const runStatuses = ['recording', 'done', 'cancelled', 'failed', 'interrupted'] as const;

/** How a run ended. */
export const runOutcomeSchema = z.object({
  status: z.enum(runStatuses),
  milliseconds: z.number(),
  /** Wall time of reading the prompt once. */
  prefillMilliseconds: z.number(),
  parity: z.array(parityCheckSchema),
  error: errorSchema.nullable(),
});
export type RunOutcome = z.infer<typeof runOutcomeSchema>;
