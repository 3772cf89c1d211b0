import { InterlinearError } from '../contract/errors';
import type { StepRecord } from '../contract/steps';
import type { Move } from '../lanes/lane';
import type { LoadedModel } from './decoder';

/** A step of an earlier run, as it is played again. */
export interface ReplayedStep {
  readonly record: Pick<StepRecord, 'kind' | 'tokenId' | 'forced' | 'sampled'>;
  /** [D] the vector fed back, for a thought. */
  readonly thought: Float32Array | null;
}

/**
 * The beginning of a forked run. Every branch of its one lane takes these steps again, recorded as they were but with readings of
 * their own, then `token`, recorded as forced; from there the lane's rule goes on.
 */
export interface RunPrefix {
  /** Steps 0 to s - 1 of the branch forked. */
  readonly steps: readonly ReplayedStep[];
  /** Stands at step s. */
  readonly token: number;
}

/**
 * The prefix as moves, one per step.
 * @throws InterlinearError `bad-request` when it does not fit the model
 */
export function prefixMoves(prefix: RunPrefix, model: LoadedModel): readonly Move[] {
  const { vocabulary, width } = model.decoder;
  const checked = (tokenId: number): number => {
    if (Number.isInteger(tokenId) && tokenId >= 0 && tokenId < vocabulary) return tokenId;
    throw new InterlinearError(
      'bad-request',
      `Token ${tokenId} is not in this model's vocabulary.`,
      'Fork with the model the run was made with.',
    );
  };
  const moves = prefix.steps.map(({ record, thought }): Move => {
    if (record.kind !== 'thought') {
      const tokenId = checked(record.tokenId);
      if (!model.markers.ends.includes(tokenId)) return { kind: 'token', tokenId, forced: record.forced, sampled: record.sampled };
      throw new InterlinearError('bad-request', 'The branch ends before the step to fork at.', 'Choose an earlier step.');
    }
    if (thought?.length === width) return { kind: 'thought', vector: thought };
    throw new InterlinearError('bad-request', 'A thought before the fork was not kept with the run.', 'Run the prompt again, then fork.');
  });
  return [...moves, { kind: 'token', tokenId: checked(prefix.token), forced: true, sampled: { ids: [], probabilities: [] } }];
}
