import { bits } from '../../contract/ids';
import type { RunInfo } from '../../contract/run';
import type { LayerReading } from '../../contract/steps';
import type { TappedStep } from '../../runtime/run-sink';
import { sampleInfo, type SampleRun, sampleRun } from './sample-run';

const streams = 5;
const width = 6;

/** The sample run with its last lane on another model: more layers, another width and other words. */
export const twoModelInfo: RunInfo = {
  ...sampleInfo,
  request: {
    ...sampleInfo.request,
    lanes: sampleInfo.request.lanes.map((lane, i) => (i === 2 ? { ...lane, model: 'second' } : lane)),
  },
  others: [
    {
      model: { ...sampleInfo.model, id: 'second', name: 'Second', task: 'text', layers: streams - 1, width },
      check: sampleInfo.check,
      layout: { streams, candidates: 3, lens: 1, nearest: 2 },
      vocabulary: sampleInfo.vocabulary.map((text) => `${text}!`),
      device: 'cpu',
      deviceNote: null,
      dtype: 'int4',
      threads: 2,
      engine: 'none',
    },
  ],
};

function onSecond({ record, residual, thought }: TappedStep): TappedStep {
  const layer = (place: number): LayerReading => ({
    norm: place + 0.5,
    probability: 0.25,
    rank: 1 + place,
    entropy: bits(place),
    top: { ids: [place], probabilities: [0.5] },
  });
  const first = (list: { readonly ids: readonly number[]; readonly probabilities: readonly number[] }, count: number) => ({
    ids: list.ids.slice(0, count),
    probabilities: list.probabilities.slice(0, count),
  });
  return {
    record: {
      ...record,
      candidates: first(record.candidates, 3),
      sampled: first(record.sampled, 3),
      nearest: first(record.nearest, 2),
      layers: Array.from({ length: streams }, (_, place) => layer(place)),
    },
    residual: Float32Array.from({ length: streams * width }, (_, i) => residual[i % residual.length] ?? 0),
    thought: thought && thought.slice(0, width),
  };
}

/** Each model has ticks of its own, in turn. */
export function twoModelRun(length = 6, seed = 1): SampleRun {
  const run = sampleRun(length, seed);
  const ticks = run.ticks.flatMap((tick) => [
    tick.filter(({ record }) => record.lane !== 2),
    tick.filter(({ record }) => record.lane === 2).map(onSecond),
  ]);
  return { ...run, info: twoModelInfo, ticks };
}
