import { z } from 'zod';
import { laneKinds } from './lanes';

export const devices = ['cpu', 'webgpu', 'cuda', 'dml', 'coreml'] as const;
export type Device = (typeof devices)[number];

export const modelSummarySchema = z.object({
  id: z.string(),
  name: z.string(),
  /** What kind of prompt the model reads: `kin` has a question with a checkable answer, `text` is free. */
  task: z.enum(['kin', 'text']),
  /** Hex SHA-256 of the weights. */
  weightsHash: z.string(),
  license: z.string(),
  layers: z.number().int(),
  width: z.number().int(),
  heads: z.number().int(),
  vocabulary: z.number().int(),
  parameters: z.number().int(),
  /** Bytes of key-value cache one position takes. */
  cacheBytesPerPosition: z.number(),
  lanes: z.array(z.enum(laneKinds)),
});
export type ModelSummary = z.infer<typeof modelSummarySchema>;

/** Ids of the marker tokens by which the embedded model is told how to answer. */
export interface Markers {
  readonly think: number;
  readonly thought: number;
  readonly answer: number;
  readonly end: number;
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
});

export type PromptToken = z.infer<typeof promptTokenSchema>;
export type PromptProblem = z.infer<typeof promptProblemSchema>;
export type PromptCheck = z.infer<typeof promptCheckSchema>;

export const deviceSummarySchema = z.object({
  id: z.enum(devices),
  name: z.string(),
  available: z.boolean(),
  /** Why it is not available, or what was checked; may be empty. */
  note: z.string(),
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
