import { z } from 'zod';
import { deviceChoices } from './devices';

/** How the next token is drawn. `temperature` 0 is greedy; `topK` 0, `topP` 1 and `minP` 0 are off. */
const samplerShape = {
  temperature: z.number().min(0).max(4),
  topK: z.number().int().min(0).max(1000),
  topP: z.number().gt(0).max(1),
  minP: z.number().min(0).max(1),
};

const stepLimit = z.number().int().min(1).max(100_000);

export const samplerSchema = z.strictObject(samplerShape);

/** The model a lane runs on; without it, the run's. */
const laneModel = z.string().min(1).max(200).optional();
/** The device of that model, another than the run's, for all lanes on it; without it, the run's. */
const laneDevice = z.enum(deviceChoices).optional();

export const directSchema = z.strictObject({
  kind: z.literal('direct'),
  model: laneModel,
  device: laneDevice,
  maximumSteps: stepLimit.default(128),
});

export const cotSchema = z.strictObject({
  kind: z.literal('cot'),
  model: laneModel,
  device: laneDevice,
  temperature: samplerShape.temperature.default(0),
  topK: samplerShape.topK.default(0),
  topP: samplerShape.topP.default(1),
  minP: samplerShape.minP.default(0),
  /** Never take the end token: the chain goes on to `maximumSteps`. For long streams and load measurements. */
  ignoreEnd: z.boolean().default(false),
  /** Independent chains; the lane's answer is the first chain's. */
  samples: z.number().int().min(1).max(64).default(1),
  maximumSteps: stepLimit.default(256),
});

export const picks = ['majority', 'mean-log-probability', 'self-certainty'] as const;

export const bestOfNSchema = z.strictObject({
  kind: z.literal('best-of-n'),
  model: laneModel,
  device: laneDevice,
  n: z.number().int().min(1).max(64).default(16),
  temperature: samplerShape.temperature.default(1),
  topK: samplerShape.topK.default(0),
  topP: samplerShape.topP.default(1),
  minP: samplerShape.minP.default(0),
  /** The score whose pick is the lane's answer. */
  pick: z.enum(picks).default('majority'),
  maximumSteps: stepLimit.default(256),
});

export const coconutSchema = z.strictObject({
  kind: z.literal('coconut'),
  model: laneModel,
  device: laneDevice,
  /** Continuous thoughts before the forced exit to the answer. */
  thoughts: z.number().int().min(0).max(12).default(4),
  maximumSteps: stepLimit.default(128),
});

export const laneSettingsSchema = z.discriminatedUnion('kind', [directSchema, cotSchema, bestOfNSchema, coconutSchema]);

export type SamplerSettings = z.infer<typeof samplerSchema>;
export type DirectSettings = z.infer<typeof directSchema>;
export type CotSettings = z.infer<typeof cotSchema>;
export type BestOfNSettings = z.infer<typeof bestOfNSchema>;
export type CoconutSettings = z.infer<typeof coconutSchema>;
export type LaneSettings = z.infer<typeof laneSettingsSchema>;
/** The same before defaults are filled in: only `kind` is required. */
export type LaneSettingsInput = z.input<typeof laneSettingsSchema>;
export type LaneKind = LaneSettings['kind'];
export type Pick = (typeof picks)[number];

export const laneKinds = ['direct', 'cot', 'best-of-n', 'coconut'] as const satisfies readonly LaneKind[];
/** What a run holds at the most. */
export const maximumLanes = 12;
