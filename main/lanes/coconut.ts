import type { CoconutSettings } from '../contract/lanes';
import type { Lane, LaneContext } from './lane';
import { draw, firstBranch, force, greedy } from './moves';

/**
 * Continuous thoughts: ⟨thought⟩, k times the post-norm hidden state fed back as the next embedding, a forced exit to
 * ⟨answer⟩, then greedy tokens. Steps 1 to k are the thoughts' places. A fork may have put a token in one of them, which then counts as
 * that thought; if it is ⟨answer⟩ the exit is early and no thought follows.
 * @source Hao et al., "Training Large Language Models to Reason in a Continuous Latent Space", arXiv 2412.06769
 */
export function coconutLane(settings: CoconutSettings, context: LaneContext): Lane {
  const { thought, answer } = context.markers;
  return {
    kind: settings.kind,
    branches: 1,
    maximumSteps: settings.maximumSteps,
    next: (view) => {
      const step = view.history.length;
      if (step === 0) return force(thought);
      if (!view.history.includes(answer)) {
        if (step <= settings.thoughts) return { kind: 'thought', vector: view.hidden };
        if (step === settings.thoughts + 1) return force(answer);
      }
      return draw(view, greedy, context);
    },
    decide: firstBranch,
  };
}
