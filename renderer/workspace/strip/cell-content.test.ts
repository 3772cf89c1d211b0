import { describe, expect, it } from 'vitest';
import { sampleRun } from '../../testing/sample-run';
import { sampleTextRun } from '../../testing/sample-text-run';
import { cellContent } from './cell-content';
import { textFlow } from './text-flow';

const run = sampleTextRun();
const [lane] = run.lanes;
const steps = lane?.branches[0]?.steps;
if (lane === undefined || steps === undefined) throw new Error('No branch');

const contents = Array.from({ length: steps.length }, (_, step) => {
  const record = steps.at(step);
  if (record === undefined) throw new Error('No step');
  return cellContent(lane, record);
});

describe('cellContent of a model of sub-words', () => {
  it('makes whitespace visible and tells control tokens from text', () => {
    expect(contents.map((content) => content.emitted).slice(0, 7)).toEqual(['The', '·inter', 'linear', '·gloss', '·stands', '.', '⏎']);
    expect(contents.filter((content) => content.special).map((content) => content.text)).toEqual(['<|im_end|>']);
  });

  it('prints the probability alone where the lens reads what was emitted, else what it reads', () => {
    expect(contents[0]?.gloss).toEqual([{ text: '', probability: '.90' }]);
    expect(contents[3]?.gloss).toEqual([{ text: '·text', probability: '.50' }]);
    expect(contents[3]?.label).toBe('Step 4: ·gloss; lens ·text .50, ·gloss .40; surprisal 1.32 bits');
  });

  it('leaves the embedded model’s cells as they are', () => {
    const [, kin] = sampleRun().lanes;
    const record = kin?.branches[0]?.steps.at(1);
    if (kin === undefined || record === undefined) throw new Error('No step');
    expect(cellContent(kin, record)).toMatchObject({ dense: false, emitted: 'dee', gloss: [{ text: 'dee' }, { text: 'bob' }] });
  });
});

describe('textFlow', () => {
  it('breaks lines at spaces and line ends only', () => {
    const flows = contents.map((content, step) => [content.text, textFlow(lane, steps, step)]);
    expect(Object.fromEntries(flows)).toEqual({
      The: 'free',
      ' inter': 'free',
      linear: 'glued',
      ' gloss': 'free',
      ' stands': 'free',
      '.': 'glued',
      '\n': 'free',
      Under: 'new-line',
      ' each': 'free',
      ' word': 'free',
      '<|im_end|>': 'free',
    });
  });
});
