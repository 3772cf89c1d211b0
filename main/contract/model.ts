import { z } from 'zod';
import { devices } from './devices';
import { laneKinds } from './lanes';

/** How weights stand in the graph. Sums are 32-bit floats whatever this says. */
export const dtypes = ['f32', 'f16', 'int8', 'int4'] as const;
export type Dtype = (typeof dtypes)[number];

export const modelSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** What kind of prompt the model reads: `kin` has a question with a checkable answer, `text` is free. */
  task: z.enum(['kin', 'text']),
  /** Hex SHA-256 of the weights. */
  weightsHash: z.string(),
  /** Hex SHA-256 of the tokenizer's file; older traces do not have it. */
  tokenizerHash: z.string().optional(),
  license: z.string(),
  layers: z.number().int(),
  width: z.number().int(),
  heads: z.number().int(),
  vocabulary: z.number().int(),
  parameters: z.number().int(),
  /** Bytes of key-value cache one position takes at the most: on the CPU, models of 4 and 8 bits need about half. */
  cacheBytesPerPosition: z.number(),
  lanes: z.array(z.enum(laneKinds)),
  /** Family the graph was built for, as the checkpoint names it. Traces from before there were several hold `llama` models. */
  architecture: z.string().default('llama'),
  dtype: z.enum(dtypes).default('f32'),
  /** Positions the model can read and write together, or null where it sets no limit. */
  maximumPositions: z.number().int().nullable().default(null),
  /** The model comes with a chat template. */
  chat: z.boolean().default(false),
  /** Bytes of the weights on disk; 0 where that was not recorded. */
  bytes: z.number().default(0),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/**
 * Tokens by which a model is told how to answer. The embedded model has one marker for each; a text model is told to think in words,
 * or not at all, and has nothing to put before an answer.
 */
export interface Markers {
  /** Inserted before a chain of thought. */
  readonly think: readonly number[];
  /** Inserted before continuous thoughts. */
  readonly thought: readonly number[];
  /** Inserted before an answer. */
  readonly answer: readonly number[];
  /** Each of them ends a branch. */
  readonly ends: readonly number[];
}

export const promptTokenSchema = z.object({
  id: z.number().int(),
  /** The token as text, markers and spaces visible. */
  text: z.string(),
  /** Character range of the prompt this token covers; start = end for tokens the tokenizer adds. */
  start: z.number().int(),
  end: z.number().int(),
  special: z.boolean(),
});

export const promptProblemSchema = z.object({
  start: z.number().int(),
  end: z.number().int(),
  /** `error` stops a run; `warning` only says that the answer cannot be checked or is ambiguous. */
  severity: z.enum(['error', 'warning']),
  message: z.string(),
  hint: z.string(),
});

/** What the engine makes of a prompt before it is run. */
export const promptCheckSchema = z.object({
  tokens: z.array(promptTokenSchema),
  problems: z.array(promptProblemSchema),
  /** The right answer where the task defines one. */
  expected: z.string().nullable(),
  /** Character ranges of the facts on the path from the root to the right answer, in order. */
  path: z.array(z.object({ start: z.number().int(), end: z.number().int() })),
  /** Facts on that path (1 to 6 for prompts like those seen in training), or null. */
  hops: z.number().int().nullable(),
  /** The text the model reads, the chat template around the prompt; null where it reads the prompt as it stands. */
  rendered: z.string().nullable().default(null),
});

/** A prompt as a chat: its first message by the user, after this system message (empty: none). */
export const chatSchema = z.strictObject({ system: z.string().max(200_000) });
export type Chat = z.infer<typeof chatSchema>;

export type PromptToken = z.infer<typeof promptTokenSchema>;
export type PromptProblem = z.infer<typeof promptProblemSchema>;
export type PromptCheck = z.infer<typeof promptCheckSchema>;

/** A device, as far as one model is concerned. */
export const deviceSummarySchema = z.object({
  id: z.enum(devices),
  name: z.string(),
  /**
   * `passed` and `failed`: its passes were compared with the model's reference; `unchecked`: it starts and was not; `not-started`: it was
   * tried; `absent`: the runtime has no backend for it on this system.
   */
  state: z.enum(['passed', 'failed', 'unchecked', 'not-started', 'absent']),
  /** What was found, or why it does not start, in a sentence. */
  note: z.string(),
  /** Times the CPU's speed, where that was measured. */
  timesCpu: z.number().nullable().default(null),
});
export type DeviceSummary = z.infer<typeof deviceSummarySchema>;

export const presetSchema = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string(),
  prompt: z.string(),
  hops: z.number().int(),
  answer: z.string(),
  recommended: z.object({ thoughts: z.number().int().min(0).max(12) }),
});
export type Preset = z.infer<typeof presetSchema>;
