import type { Markers } from '../../contract/model';

/** The markers of a model that has exactly one token for each. */
export function singleMarkers({ think, thought, answer, ends }: Markers): Record<'think' | 'thought' | 'answer' | 'end', number> {
  const only = (tokens: readonly number[]): number => {
    const [token] = tokens;
    if (token === undefined || tokens.length !== 1) throw new Error('Not a single marker');
    return token;
  };
  return { think: only(think), thought: only(thought), answer: only(answer), end: only(ends) };
}
