import type { Candidates, StepRecord } from '../../../main/contract/steps';
import type { LaneEntry, StepUnderCursor } from '../shared/lane-entries';

interface NamedCandidate {
  readonly id: number;
  readonly token: string;
  readonly value: number;
}

const named = ({ ids, probabilities }: Candidates, vocabulary: readonly string[]): NamedCandidate[] =>
  ids.map((id, i) => ({ id, token: vocabulary[id] ?? `#${id}`, value: probabilities[i] ?? NaN }));

/** Rank of the emitted token under the model: the last layer's lens is the output distribution. Null for a thought. */
export function emittedRank(record: StepRecord): number | null {
  const rank = record.layers.at(-1)?.rank;
  return record.kind !== 'token' || rank === undefined || !Number.isFinite(rank) ? null : rank;
}

/** A step for the clipboard: all that was recorded, with where it came from. What is not defined becomes null. Indices count from 0. */
export function stepAsJson(entry: LaneEntry, step: StepUnderCursor): string {
  const { info } = entry.run;
  const { record } = step;
  const { vocabulary, model, device, dtype, engine } = entry.lane.modelInfo;
  const detail = {
    run: entry.run.id,
    lane: entry.lane.lane,
    laneName: entry.style.title,
    settings: entry.lane.settings,
    branch: entry.branch?.branch ?? null,
    step: step.index,
    kind: record.kind,
    emitted: record.kind === 'token' ? { id: record.tokenId, token: vocabulary[record.tokenId] ?? null } : null,
    forced: record.forced,
    logProbabilityNats: record.logProbability,
    surprisalBits: record.surprisal,
    entropyBits: record.entropy,
    margin: record.margin,
    rank: emittedRank(record),
    cosineToPrevious: record.cosineToPrevious,
    milliseconds: record.milliseconds,
    candidates: named(record.candidates, vocabulary),
    sampled: named(record.sampled, vocabulary),
    layers: record.layers.map((layer, stream) => ({
      stream,
      norm: layer.norm,
      probability: layer.probability,
      rank: layer.rank,
      entropyBits: layer.entropy,
      top: named(layer.top, vocabulary),
    })),
    nearestEmbeddings: named(record.nearest, vocabulary),
    source: {
      how: 'captured in the generation pass',
      prompt: info.request.prompt,
      seed: info.request.seed,
      schedule: info.request.schedule,
      model: model.name,
      weightsSha256: model.weightsHash,
      device,
      dtype,
      engine,
      appVersion: info.appVersion,
      startedAt: info.startedAt,
    },
  };
  return JSON.stringify(detail, (_, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? null : value), 2);
}

/** Text that names one step; the step counts from 0, as in the trace. */
export function stepLink(entry: LaneEntry, step: number): string {
  return `interlinear://${encodeURIComponent(entry.run.id)}/${entry.lane.lane}/${step}`;
}
