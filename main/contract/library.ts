import { z } from 'zod';
import { errorSchema } from './errors';
import { devices, modelSummarySchema } from './model';

/** Folder of the library in which removed models lie until the app quits. */
export const trashFolder = '.trash';

/** What an import may make of the weights; `auto` keeps int4 and int8 as they are and makes int4 of what is large. */
export const quantizations = ['auto', 'int4', 'int8', 'f16', 'f32'] as const;
export type Quantization = (typeof quantizations)[number];

/** What was found when a model's passes were compared with the reference on one device. */
export const modelParitySchema = z.object({
  device: z.enum(devices),
  passed: z.boolean(),
  maximumDifference: z.number(),
  /** ISO 8601. */
  checkedAt: z.string(),
});
export type ModelParity = z.infer<typeof modelParitySchema>;

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
