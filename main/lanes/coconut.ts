import type { CoconutSettings } from '../contract/lanes';
import type { Lane, LaneContext } from './lane';
import { draw, firstBranch, greedy, opening } from './moves';

/**
 * Continuous thoughts: ⟨thought⟩, k times the post-norm hidden state fed back as the next embedding, a forced exit to
 * ⟨answer⟩, then greedy tokens. The k steps after the marker are the thoughts' places. A fork may have put a token in one of them, which
 * then counts as that thought; if it is ⟨answer⟩ the exit is early and no thought follows. A text model has no markers: its thoughts come
 * first, and since nobody taught it to use them they are a control.
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
      const opened = opening(view, thought);
      if (opened) return opened;
      const exit = answer[0];
      if (exit !== undefined && view.history.includes(exit)) return draw(view, greedy, context);
      const end = thought.length + settings.thoughts;
      if (step < end) return { kind: 'thought', vector: view.hidden };
      return opening(view, [...view.history.slice(0, end), ...answer]) ?? draw(view, greedy, context);
    },
    decide: firstBranch,
  };
}
