import { z } from 'zod';
import { branchRecordSchema, laneRecordSchema, type RunInfo, runInfoSchema, runOutcomeSchema } from './run';

/** The newest bundle that can be read. Raised whenever a bundle written by this version could not be read by the one before. */
export const traceSchemaVersion = 2;

/** The schema a run is written in: the oldest that can hold it. Lanes on several models came with 2. */
export function traceSchemaOf({ others, request }: Pick<RunInfo, 'others' | 'request'>): number {
  return others.length > 0 || request.lanes.some(({ model }) => model !== undefined) ? 2 : 1;
}

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
