import { bits, branchIndex, laneIndex, milliseconds, stepIndex } from '../../main/contract/ids';
import type { Candidates, LayerReading, StepKind, StepRecord } from '../../main/contract/steps';
import { sampleVocabulary } from './sample-vocabulary';

/** "bob .48 dee .46": the part of a distribution a test cares about; the rest is spread evenly over the vocabulary. */
type Heads = Readonly<Record<string, number>>;

export interface SampleStep {
  readonly kind?: StepKind;
  /** The token emitted; none for a thought. */
  readonly token?: string;
  readonly forced?: boolean;
  readonly heads: Heads;
}

function idOf(text: string, vocabulary: readonly string[]): number {
  const id = vocabulary.indexOf(text);
  if (id < 0) throw new RangeError(`No token ${text} in the sample vocabulary`);
  return id;
}

/** A whole distribution over the vocabulary whose largest values are the given ones. */
function distribution(heads: Heads, vocabulary: readonly string[]): Float64Array {
  const named = Object.entries(heads);
  const left = 1 - named.reduce((sum, [, probability]) => sum + probability, 0);
  const values = new Float64Array(vocabulary.length).fill(left / (vocabulary.length - named.length));
  for (const [text, probability] of named) values[idOf(text, vocabulary)] = probability;
  return values;
}

function entropyBits(values: Float64Array): number {
  return values.reduce((sum, p) => (p > 0 ? sum - p * Math.log2(p) : sum), 0);
}

function top(values: Float64Array, count: number): Candidates {
  const ids = Array.from(values.keys()).toSorted((a, b) => (values[b] ?? 0) - (values[a] ?? 0));
  const kept = ids.slice(0, count);
  return { ids: kept, probabilities: kept.map((id) => values[id] ?? 0) };
}

/** Early layers are flatter: the same distribution mixed with the uniform one. */
function reading(values: Float64Array, target: number, share: number, norm: number): LayerReading {
  const mixed = values.map((p) => share * p + (1 - share) / values.length);
  const probability = mixed[target] ?? 0;
  const rank = 1 + mixed.reduce((above, p) => above + (p > probability ? 1 : 0), 0);
  return { norm, probability, rank, entropy: bits(entropyBits(mixed)), top: top(mixed, 5) };
}

/** Steps of one branch with readings that agree with each other: every number follows from the distribution given. */
export function sampleSteps(
  lane: number,
  branch: number,
  steps: readonly SampleStep[],
  vocabulary: readonly string[] = sampleVocabulary,
): StepRecord[] {
  return steps.map((step, index) => {
    const kind = step.kind ?? 'token';
    const values = distribution(step.heads, vocabulary);
    const candidates = top(values, 8);
    const target = step.token === undefined ? (candidates.ids[0] ?? 0) : idOf(step.token, vocabulary);
    const probability = step.token === undefined ? NaN : (values[target] ?? NaN);
    const [first = 0, second = 0] = candidates.probabilities;
    const drawn = kind === 'token' && step.forced !== true;
    return {
      lane: laneIndex(lane),
      branch: branchIndex(branch),
      index: stepIndex(index),
      kind,
      tokenId: step.token === undefined ? -1 : target,
      targetId: target,
      forced: step.forced ?? false,
      logProbability: Math.log(probability),
      surprisal: bits(-Math.log2(probability)),
      entropy: bits(entropyBits(values)),
      margin: first - second,
      cosineToPrevious: index === 0 ? NaN : 0.4 + 0.1 * index,
      milliseconds: milliseconds(3.1),
      candidates,
      sampled: drawn ? candidates : { ids: [], probabilities: [] },
      layers: [reading(values, target, 0.05, 9.1), reading(values, target, 0.55, 14.2 + index), reading(values, target, 1, 20.6 + index)],
      nearest:
        kind === 'thought'
          ? { ids: candidates.ids.slice(0, 5), probabilities: [0.41, 0.37, 0.2, 0.12, 0.1] }
          : { ids: [], probabilities: [] },
    };
  });
}
