import { z } from 'zod';
import { attentionBlock, attentionPositions } from './attention';
import { doingSchema } from './doing';
import { errorSchema } from './errors';
import {
  catalogueEntrySchema,
  importJobSchema,
  installedModelSchema,
  modelParitySchema,
  modelVerificationSchema,
  quantizations,
  windowSourceSchema,
} from './library';
import { loadProgressSchema } from './load-progress';
import { memoryFactsSchema } from './memory';
import { devices } from './devices';
import { chatSchema, deviceSummarySchema, modelSummarySchema, presetSchema, promptCheckSchema } from './model';
import { branchRecordSchema, laneRecordSchema, runInfoSchema, runOutcomeSchema, runRequestSchema, runStatuses } from './run';

/** Raised whenever a message's shape or meaning changes; both ends must agree. */
export const protocolVersion = 3;
/** Frames the producer may have sent and not yet seen acknowledged. */
export const maximumCredits = 2;

/** Streams whose lens a window asks for at once, a tenth of a second's work: few enough that what is visible first comes first. */
export const lensPortion = 128;

const branchReference = z.object({ run: z.string(), lane: z.number().int().min(0), branch: z.number().int().min(0) });

/** @param layer 0 = first */
const attentionPlace = branchReference.extend({ layer: z.number().int().min(0) });

/** A row of the list of recorded runs. */
export const traceSummarySchema = z.object({
  id: z.string(),
  prompt: z.string(),
  model: z.string(),
  lanes: z.array(z.string()),
  startedAt: z.string(),
  status: z.enum(runStatuses),
  bytes: z.number(),
});
export type TraceSummary = z.infer<typeof traceSummarySchema>;

/** A path through the projection: one branch of one lane, a point per step. */
const trajectoryPathSchema = z.object({
  run: z.string(),
  lane: z.number().int(),
  branch: z.number().int(),
  /** [steps, components]: a row of coordinates per step. */
  points: z.instanceof(Float32Array),
  /** The same steps projected after shuffling each vector's coordinates (control). */
  shuffled: z.instanceof(Float32Array),
});
export const trajectorySchema = z.object({
  stream: z.number().int(),
  components: z.union([z.literal(2), z.literal(3)]),
  /** Share of the variance each component explains. */
  explained: z.array(z.number()),
  /** Root mean square reconstruction error over root mean square deviation from the mean, 0 to 1. */
  residual: z.number(),
  vectors: z.number().int(),
  paths: z.array(trajectoryPathSchema),
});
export type Trajectory = z.infer<typeof trajectorySchema>;

/** Tensors kept with a run, per step: all residual streams [L+1, D], or the vector fed back by a thought [D]. */
export const tapNames = ['residual', 'thought'] as const;

/**
 * Every request: its parameters, its result and who may send it. `window` is the sandboxed renderer, which never names
 * a path; `shell` is the desktop shell or the CLI.
 */
export const requests = {
  hello: {
    parameters: z.strictObject({ protocol: z.number().int() }),
    result: z.object({
      protocol: z.number().int(),
      engine: z.string(),
      models: z.array(modelSummarySchema),
      presets: z.array(presetSchema),
    }),
    role: 'window',
  },
  /** How much memory there is now. */
  memory: { parameters: z.strictObject({}), result: memoryFactsSchema, role: 'window' },
  'prompt.check': {
    parameters: z.strictObject({ model: z.string(), prompt: z.string().max(200_000), chat: chatSchema.nullable().default(null) }),
    result: promptCheckSchema,
    role: 'window',
  },
  /** Answers as soon as the run is accepted; everything else arrives as events of that run. */
  'run.start': { parameters: runRequestSchema, result: z.object({ run: z.string() }), role: 'window' },
  'run.cancel': { parameters: z.strictObject({ run: z.string() }), result: z.object({}), role: 'window' },
  /** Forks a branch of a finished run: its steps before `step` are kept, `token` stands at `step`, the lane goes on. Runs as a new run of that one lane. */
  'run.fork': {
    parameters: z.strictObject({ ...branchReference.shape, step: z.number().int().min(0), token: z.number().int().min(0) }),
    result: z.object({ run: z.string() }),
    role: 'window',
  },
  /** Frees a run held in memory; its trace stays on disk. */
  'run.close': { parameters: z.strictObject({ run: z.string() }), result: z.object({}), role: 'window' },
  'run.tap': {
    parameters: z.strictObject({ ...branchReference.shape, step: z.number().int().min(0), tap: z.enum(tapNames) }),
    result: z.object({ shape: z.array(z.number().int()), data: z.instanceof(Float32Array) }),
    role: 'window',
  },
  /**
   * The lens of some streams below the last for up to 128 steps of a branch, where the run itself left them unread. Needs the model
   * of the run. `packed` [steps there are, streams]: see `encodeReadings`.
   */
  'run.lens': {
    parameters: z.strictObject({
      ...branchReference.shape,
      first: z.number().int().min(0),
      count: z.number().int().min(1).max(lensPortion),
      streams: z.array(z.number().int().min(0)).min(1).max(1000),
    }),
    result: z.object({ packed: z.instanceof(Float32Array) }),
    role: 'window',
  },
  /**
   * The same of all streams below the last, read over the tokens that matter: far faster, and near what `run.lens` gives (see `QuickLens`).
   * `packed` is null where the lens of the model cannot be read so.
   */
  'run.quickLens': {
    parameters: z.strictObject({
      ...branchReference.shape,
      first: z.number().int().min(0),
      count: z.number().int().min(1).max(lensPortion),
    }),
    result: z.object({ packed: z.instanceof(Float32Array).nullable() }),
    role: 'window',
  },
  /**
   * Rows of a layer's attention over what a branch has read, computed again by the model of the run: `count` query positions from `first`
   * (a multiple of `attentionBlock`), under one head or, with null, the mean of all. `codes` [count, first + count] as `attentionCode` gives
   * them. With `pool`, `overview` [heads + 1, ceil(count / pool), ceil((first + count) / pool)] has the largest code of each square of cells, the mean last.
   */
  'run.attention': {
    parameters: z.strictObject({
      ...attentionPlace.shape,
      head: z.number().int().min(0).nullable(),
      first: z
        .number()
        .int()
        .min(0)
        .max(attentionPositions - attentionBlock),
      count: z.number().int().min(1).max(attentionBlock),
      pool: z.union([1, 2, 4, 8, 16, 32].map((size) => z.literal(size))).nullable(),
    }),
    result: z.object({ codes: z.instanceof(Uint8Array), overview: z.instanceof(Uint8Array) }),
    role: 'window',
  },
  /**
   * Rows of a layer's attention exactly, for a file: `count` query positions from `first` on, under one head or, with null, the mean of all.
   * `probabilities` [count, first + count], 0 for what a row cannot see. Computed as `run.attention` is.
   */
  'run.attentionBlock': {
    parameters: z.strictObject({
      ...attentionPlace.shape,
      head: z.number().int().min(0).nullable(),
      first: z.number().int().min(0),
      count: z.number().int().min(1).max(attentionBlock),
    }),
    result: z.object({ probabilities: z.instanceof(Float32Array) }),
    role: 'window',
  },
  /** One query position under every head of a layer, exactly: `probabilities` [heads, position + 1]. Computed as `run.attention` is. */
  'run.attentionRow': {
    parameters: z.strictObject({ ...attentionPlace.shape, position: z.number().int().min(0) }),
    result: z.object({ probabilities: z.instanceof(Float32Array) }),
    role: 'window',
  },
  /** One frozen PCA basis over the given runs' branches (all lanes shown). */
  trajectory: {
    parameters: z.strictObject({
      branches: z.array(branchReference).min(1).max(512),
      /** Which residual stream: 0 = embeddings, L = after the last layer. */
      stream: z.number().int().min(0),
      components: z.union([z.literal(2), z.literal(3)]).default(2),
      /** `unit`: each vector over its root mean square, as the final norm sees it; `raw`: as it stands, where a few large norms can rule the picture. */
      scale: z.enum(['unit', 'raw']).default('unit'),
    }),
    result: trajectorySchema,
    role: 'window',
  },
  'traces.list': { parameters: z.strictObject({}), result: z.object({ traces: z.array(traceSummarySchema) }), role: 'window' },
  /** Opens a recorded run by an id from `traces.list` or `traces.grant`; its events arrive as if it ran, marked as recorded. */
  'traces.open': { parameters: z.strictObject({ trace: z.string() }), result: z.object({ run: z.string() }), role: 'window' },
  'traces.delete': { parameters: z.strictObject({ trace: z.string() }), result: z.object({}), role: 'window' },
  /** Lets the window open the bundle at `path` by the id returned. */
  'traces.grant': { parameters: z.strictObject({ path: z.string() }), result: z.object({ trace: z.string() }), role: 'shell' },
  'run.export': {
    parameters: z.strictObject({ run: z.string(), format: z.enum(['bundle', 'csv']), path: z.string() }),
    result: z.object({ bytes: z.number() }),
    role: 'shell',
  },
  /** What every device is to a model. Those that were not tried yet are tried: it can take seconds. */
  'devices.list': {
    parameters: z.strictObject({ model: z.string() }),
    result: z.object({ devices: z.array(deviceSummarySchema) }),
    role: 'window',
  },
  /** Compares a model on a device with its reference, when no run needs the processor, and keeps the result with the model. Can be cancelled between two passes. */
  'devices.check': {
    parameters: z.strictObject({ model: z.string(), device: z.enum(devices) }),
    result: z.object({ parity: modelParitySchema }),
    role: 'window',
  },
  'models.list': {
    parameters: z.strictObject({}),
    result: z.object({ installed: z.array(installedModelSchema), catalogue: z.array(catalogueEntrySchema) }),
    role: 'window',
  },
  /** Begins an import, or queues it behind the one that runs. Jobs outlive the connection that asked for them. */
  'models.add': {
    parameters: z.strictObject({ source: windowSourceSchema, quantize: z.enum(quantizations).default('auto') }),
    result: z.object({ job: z.string() }),
    role: 'window',
  },
  /** The same from a file or folder the shell has granted by `models.grant`. */
  'models.addGranted': {
    parameters: z.strictObject({ grant: z.string(), quantize: z.enum(quantizations).default('auto') }),
    result: z.object({ job: z.string() }),
    role: 'window',
  },
  /** Every import of this engine, in the order they were asked for; ask again while one is queued or runs. */
  'models.jobs': { parameters: z.strictObject({}), result: z.object({ jobs: z.array(importJobSchema) }), role: 'window' },
  'models.cancel': { parameters: z.strictObject({ job: z.string() }), result: z.object({}), role: 'window' },
  /** Reads every file of an installed model and compares it with what was written at its import; then, when no run needs the processor, checks the CPU. Can be cancelled. */
  'models.verify': {
    parameters: z.strictObject({ id: z.string() }),
    result: modelVerificationSchema,
    role: 'window',
  },
  /** Takes the model off the list; `models.restore` brings it back until the app quits. */
  'models.remove': { parameters: z.strictObject({ id: z.string() }), result: z.object({}), role: 'window' },
  'models.restore': { parameters: z.strictObject({ id: z.string() }), result: z.object({}), role: 'window' },
  /** Lets the window import the checkpoint at `path` (a `.gguf` file or a folder) by the id returned. */
  'models.grant': {
    parameters: z.strictObject({ path: z.string() }),
    result: z.object({ grant: z.string(), name: z.string() }),
    role: 'shell',
  },
} as const satisfies Record<string, { parameters: z.ZodType; result: z.ZodType; role: 'window' | 'shell' }>;

export type RequestName = keyof typeof requests;
export type RequestParameters<Name extends RequestName> = z.input<(typeof requests)[Name]['parameters']>;
export type RequestResult<Name extends RequestName> = z.infer<(typeof requests)[Name]['result']>;
export type Role = 'window' | 'shell';

/** Everything a run says, in order. A recorded run says the same, with `recorded: true`. */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('started'),
    run: z.string(),
    info: runInfoSchema,
    recorded: z.boolean(),
    /** On a transport: for each of `modelsOfRun`, by which name its vocabulary was sent before; it is left out of `info` then. */
    vocabularies: z.array(z.string()).optional(),
  }),
  z.object({ type: z.literal('steps'), run: z.string(), packed: z.instanceof(Float32Array) }),
  z.object({ type: z.literal('branch'), run: z.string(), record: branchRecordSchema }),
  z.object({ type: z.literal('lane'), run: z.string(), record: laneRecordSchema }),
  z.object({
    type: z.literal('finished'),
    run: z.string(),
    outcome: runOutcomeSchema,
    /** Id and size of the trace on disk, or null where recording failed (the error says why). */
    trace: z.object({ id: z.string(), bytes: z.number() }).nullable(),
    recordingError: errorSchema.nullable(),
  }),
]);
export type RunEvent = z.infer<typeof runEventSchema>;

/** What crosses a transport towards the engine. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('request'), id: z.number().int().min(0), name: z.string(), parameters: z.unknown() }),
  /** The answer to a request is not wanted any more: what takes minutes ends as soon as it can, with the error `cancelled`. */
  z.strictObject({ type: z.literal('cancel'), id: z.number().int().min(0) }),
  /** Every event frame up to and including `sequence` has been taken in. */
  z.strictObject({ type: z.literal('acknowledge'), sequence: z.number().int().min(0) }),
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;

/** What crosses a transport towards a client. */
export const engineMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('result'), id: z.number().int(), result: z.unknown() }),
  z.object({ type: z.literal('error'), id: z.number().int().nullable(), error: errorSchema }),
  /** News of a request that is not answered yet: a model is being loaded for it. */
  z.object({ type: z.literal('progress'), id: z.number().int(), progress: loadProgressSchema }),
  z.object({ type: z.literal('doing'), id: z.number().int(), doing: doingSchema }),
  /** The tokens' texts of runs to come: sent once to each client, not with every run. */
  z.object({ type: z.literal('vocabulary'), name: z.string(), texts: z.array(z.string()) }),
  /** One frame of events. Sequences start at 0 and have no gap. */
  z.object({ type: z.literal('events'), sequence: z.number().int(), events: z.array(runEventSchema) }),
]);
export type EngineMessage = z.infer<typeof engineMessageSchema>;

/** One end of a connection, whatever carries it. */
export interface Transport<Outgoing, Incoming> {
  send(message: Outgoing): void;
  /** Returns its unsubscribe. */
  onMessage(listener: (message: Incoming) => void): () => void;
  onClose(listener: () => void): () => void;
  close(): void;
}
