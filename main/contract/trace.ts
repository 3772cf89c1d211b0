import { z } from 'zod';
import { branchRecordSchema, laneRecordSchema, runInfoSchema, runOutcomeSchema } from './run';

/** Raised whenever a bundle written by this version could not be read by the one before. */
export const traceSchemaVersion = 1;

/** Files of a bundle folder. */
export const bundleFiles = {
  manifest: 'manifest.json',
  steps: 'steps.parquet',
  branches: 'branches.parquet',
  tensors: 'tensors.safetensors',
  /** Only while recording, or after a kill: everything so far, record by record. */
  journal: 'journal.bin',
} as const;

/** `manifest.json`. Read in two stages: the version first, the rest only when the version is known. */
export const manifestVersionSchema = z.object({ format: z.literal('interlinear-trace'), schema: z.number().int().min(1) });
export const manifestSchema = manifestVersionSchema.extend({
  info: runInfoSchema,
  lanes: z.array(laneRecordSchema),
  branches: z.array(branchRecordSchema),
  outcome: runOutcomeSchema,
  /** Size and CRC-32 of each other file of the bundle, by name; empty while recording. */
  files: z.record(z.string(), z.object({ bytes: z.number().int().min(0), crc32: z.number().int().min(0) })).default({}),
});
export type Manifest = z.infer<typeof manifestSchema>;
