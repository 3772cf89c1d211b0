import { z } from 'zod';
import { errorSchema } from './errors';
import { devices } from './devices';
import { modelSummarySchema } from './model';

/** Folder of the library in which removed models lie until the app quits. */
export const trashFolder = '.trash';

/** What an import may make of the weights; `auto` keeps int4 and int8 as they are and makes int4 of what is large. */
export const quantizations = ['auto', 'int4', 'int8', 'f16', 'f32'] as const;
export type Quantization = (typeof quantizations)[number];

/** What was found with passes that round nothing to 8 bits, over the same weights. */
const exactParitySchema = z.object({
  passed: z.boolean(),
  maximumDifference: z.number(),
  tolerance: z.number(),
  /** What was compared, and how far each part was apart. */
  compared: z.string(),
  /** ISO 8601. */
  checkedAt: z.string(),
});
export type ExactParity = z.infer<typeof exactParitySchema>;

/** How fast a device is with a model: a row of a few tokens, step by step. */
const deviceSpeedSchema = z.object({
  tokensPerSecond: z.number(),
  /** Times the CPU's speed, measured in the same check. */
  timesCpu: z.number(),
});

/** What was found when a model's passes were compared with the reference on one device. */
export const modelParitySchema = z.object({
  device: z.enum(devices),
  /** Every comparison made, the exact one included. */
  passed: z.boolean(),
  /** Of passes as runs have them. */
  maximumDifference: z.number(),
  /** ISO 8601. */
  checkedAt: z.string(),
  /** Null where it was not made: a run makes none, and with weights in 16 or 32 bits runs are exact themselves. */
  exact: exactParitySchema.nullable().default(null),
  /** Null where it was not measured: runs measure none. */
  speed: deviceSpeedSchema.nullable().default(null),
});
export type ModelParity = z.infer<typeof modelParitySchema>;

/** Whether a model is still what it was when it was added, and what it computes on the CPU. */
export const modelVerificationSchema = z.object({
  passed: z.boolean(),
  /** A sentence a file that is missing or has changed, or what the model does not compute as it should. */
  problems: z.array(z.string()),
  /** Null where files have changed or the model does not load. */
  parity: modelParitySchema.nullable(),
});
export type ModelVerification = z.infer<typeof modelVerificationSchema>;

export const installedModelSchema = z.object({
  summary: modelSummarySchema,
  /** Where it came from, for people. */
  source: z.string(),
  /** ISO 8601; null for models that ship with the app. */
  importedAt: z.string().nullable(),
  builtIn: z.boolean(),
  parity: z.array(modelParitySchema),
  /** Capability report: what the model cannot do, and why. */
  notes: z.array(z.string()),
  /** What is wrong with it, or null. A damaged model is listed, so that it can be removed, but does not load. */
  damage: z.string().nullable().default(null),
});
export type InstalledModel = z.infer<typeof installedModelSchema>;

/** A known-good model to be had by its name. */
export const catalogueEntrySchema = z.object({
  id: z.string(),
  name: z.string(),
  license: z.string(),
  /** Bytes to fetch. */
  bytes: z.number(),
  parameters: z.number(),
  installed: z.boolean(),
  description: z.string(),
});
export type CatalogueEntry = z.infer<typeof catalogueEntrySchema>;

/** What a window may import by name; files and folders come by a grant of the shell. */
export const windowSourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('catalogue'), id: z.string().max(200) }),
  /** `org/name`, with `@revision` where it is not the main one. */
  z.strictObject({ kind: z.literal('hub'), id: z.string().max(400) }),
]);
export type WindowSource = z.infer<typeof windowSourceSchema>;

const importStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const;

export const importJobSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(importStates),
  /** What is being done, for people. */
  phase: z.string(),
  /** What people should know besides, for example why a source was given up; null where there is nothing. */
  remark: z.string().nullable().default(null),
  /** Bytes of this phase, and of how many; null where that is not known. */
  doneBytes: z.number(),
  totalBytes: z.number().nullable(),
  bytesPerSecond: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** Id of the model once it is installed. */
  model: z.string().nullable(),
  error: errorSchema.nullable(),
});
export type ImportJob = z.infer<typeof importJobSchema>;
