// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { InterlinearError } from '../../../main/contract/errors';
import type { SaveFile } from '../../../main/contract/shell';
import { SaveFileContext } from '../../design/panel-save';
import type { RunView } from '../../state/run-view';
import { sampleRun } from '../../testing/sample-run';
import type { InspectorProps } from '../inspector-props';
import { AttentionPanel } from './attention';

// happy-dom has none, and canvases are painted anew when fonts have come.
Object.defineProperty(document, 'fonts', { value: new EventTarget() });

const heads = 4;

/** A finished run whose prompt has a hundred tokens: several blocks of rows. */
function longRun(ticks?: number): RunView {
  const run = sampleRun('seven', ticks);
  const [token] = run.info.check.tokens;
  if (token === undefined) throw new Error('The prompt has a token');
  const tokens = Array.from({ length: 100 }, (_, i) => ({ ...token, text: `word${i + 1}` }));
  const check = { ...run.info.check, tokens };
  const lanes = run.lanes.map((each) => ({ ...each, modelInfo: { ...each.modelInfo, check } }));
  return { ...run, lanes, info: { ...run.info, check } };
}

/** Everything looks at the first position alone. */
const answer: InspectorProps['loadAttention'] = (_, { first, count, pool }) => {
  const columns = first + count;
  const codes = Uint8Array.from({ length: count * columns }, (__, i) => (i % columns === 0 ? 255 : 0));
  const overview = new Uint8Array(pool === null ? 0 : (heads + 1) * Math.ceil(count / pool) * Math.ceil(columns / pool));
  return Promise.resolve({ codes, overview });
};
const answerRow: InspectorProps['loadAttentionRow'] = (_, __, position) =>
  Promise.resolve(Float32Array.from({ length: heads * (position + 1) }, (___, i) => (i % (position + 1) === 0 ? 1 : 0)));

const answerBlock: InspectorProps['loadAttentionBlock'] = (_, { first, count }) =>
  Promise.resolve(Float32Array.from({ length: count * (first + count) }, (__, i) => (i % (first + count) === 0 ? 1 : 0)));

const lane = 3;

function props(changes: Partial<InspectorProps> = {}): InspectorProps {
  return {
    runs: [longRun()],
    cursor: { run: 'seven', lane, step: 2, pinned: false, alignment: 'step' },
    stepUnderCursor: () => 2,
    moveCursor: () => {},
    tab: 'attention',
    onTab: () => {},
    onFork: () => {},
    onSelectBranch: () => {},
    loadLens: { full: () => Promise.resolve(new Float32Array(0)), quick: () => Promise.resolve(null) },
    loadAttention: answer,
    loadAttentionRow: answerRow,
    loadAttentionBlock: answerBlock,
    loadTrajectory: () => new Promise(() => {}),
    onCopy: () => {},
    ...changes,
  };
}

const matrix = (): HTMLElement => screen.getByRole('slider', { name: /^Attention in layer/ });

afterEach(cleanup);

describe('AttentionPanel', () => {
  it('reads all rows block by block, of the layer and head chosen', async () => {
    const loadAttention = vi.fn<InspectorProps['loadAttention']>(answer);
    render(<AttentionPanel {...props({ loadAttention })} />);
    const total = Number(matrix().getAttribute('aria-valuemax'));
    const asked = () => loadAttention.mock.calls.map(([, query]) => query);
    await waitFor(() => {
      expect(asked().reduce((sum, { count }) => sum + count, 0)).toBe(total);
    });
    expect(asked()[0]).toEqual({ layer: 1, head: null, first: 0, count: 32, pool: 2 });
    expect(asked().map(({ first }) => first)).toEqual(Array.from({ length: Math.ceil(total / 32) }, (_, i) => 32 * i));
    loadAttention.mockClear();
    fireEvent.click(screen.getByRole('radio', { name: 'Head 3 of 4' }));
    await waitFor(() => {
      expect(asked().reduce((sum, { count }) => sum + count, 0)).toBe(total);
    });
    // All heads have been seen from afar already.
    expect(asked()[0]).toEqual({ layer: 1, head: 2, first: 0, count: 32, pool: null });
    loadAttention.mockClear();
    fireEvent.change(screen.getByRole('slider', { name: 'Layer' }), { target: { value: '1' } });
    await waitFor(() => {
      expect(asked()[0]).toMatchObject({ layer: 0, head: 2, first: 0, pool: 2 });
    });
  });

  it('says where the step under the cursor looks, and moves the cursor by row', async () => {
    const moveCursor = vi.fn<InspectorProps['moveCursor']>();
    render(<AttentionPanel {...props({ moveCursor })} />);
    const looks = within(screen.getByRole('region', { name: 'Where it looks' }));
    expect(looks.getByText(/^Writing “.+”, step 3$/)).toBeTruthy();
    await waitFor(() => {
      expect(looks.getAllByRole('listitem').map(({ textContent }) => textContent)).toEqual(['word111.000']);
    });
    fireEvent.keyDown(matrix(), { key: 'ArrowDown' });
    expect(moveCursor).toHaveBeenLastCalledWith('seven', lane, 3, true);
    expect(looks.getByText(/step 4$/)).toBeTruthy();
    moveCursor.mockClear();
    fireEvent.keyDown(matrix(), { key: 'Home' });
    // A position of the prompt is no step: the shared cursor stays.
    expect(moveCursor).not.toHaveBeenCalled();
    expect(looks.getByText('Reading “word1”, position 1')).toBeTruthy();
    await waitFor(() => {
      expect(matrix().getAttribute('aria-valuetext')).toBe('Reading “word1”, position 1, looks at “word1” (1): 1.000');
    });
  });

  it('asks a branch that grows for its prompt, then for whole blocks', async () => {
    const loadAttention = vi.fn<InspectorProps['loadAttention']>(answer);
    const run = longRun(4);
    expect(run.outcome).toBeNull();
    render(<AttentionPanel {...props({ runs: [run], loadAttention })} />);
    await waitFor(() => {
      expect(loadAttention.mock.calls.map(([, { first, count }]) => first + count)).toEqual([32, 64, 96, 100]);
    });
    expect(matrix().getAttribute('aria-valuemax')).toBe('100');
  });

  it('asks for nothing more once it is stopped, and goes on from there', async () => {
    const waiting: (() => void)[] = [];
    const loadAttention = vi.fn<InspectorProps['loadAttention']>(async (branch, query) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return answer(branch, query);
    });
    render(<AttentionPanel {...props({ loadAttention })} />);
    await waitFor(() => {
      expect(waiting).toHaveLength(1);
    });
    waiting.shift()?.();
    await screen.findByText(/^Reading 32 of/);
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    waiting.shift()?.();
    await screen.findByText(/^Stopped at \d+ of/);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(loadAttention).toHaveBeenCalledTimes(2);
    fireEvent.click(screen.getByRole('button', { name: 'Go on' }));
    await waitFor(() => {
      expect(loadAttention).toHaveBeenCalledTimes(3);
    });
    expect(loadAttention.mock.calls[2]?.[1]).toMatchObject({ first: 64 });
  });

  it('says what is missing, and tries again when asked', async () => {
    let missing = true;
    const error = new InterlinearError('unknown-model', 'The model Gone 1B, which made this run, is not installed.', 'Add it again.');
    const loadAttention = vi.fn<InspectorProps['loadAttention']>((branch, query) =>
      missing ? Promise.reject(error) : answer(branch, query),
    );
    render(<AttentionPanel {...props({ loadAttention })} />);
    expect((await screen.findByRole('alert')).textContent).toContain(
      'The model Gone 1B, which made this run, is not installed.Add it again.',
    );
    missing = false;
    fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => {
      expect(screen.queryByRole('alert')).toBeNull();
    });
    expect(matrix()).toBeTruthy();
  });

  it('saves the whole matrix exactly, says how far it is, and can be stopped', async () => {
    const saved: SaveFile[] = [];
    const gates: (() => void)[] = [];
    const loadAttentionBlock: InspectorProps['loadAttentionBlock'] = async (branch, query) => {
      await new Promise<void>((resolve) => gates.push(resolve));
      return answerBlock(branch, query);
    };
    render(
      <SaveFileContext value={(file) => Promise.resolve(void saved.push(file))}>
        <AttentionPanel {...props({ loadAttentionBlock })} />
      </SaveFileContext>,
    );
    const total = Number(matrix().getAttribute('aria-valuemax'));
    const begin = async (): Promise<void> => {
      fireEvent.click(screen.getByRole('button', { name: 'Save Attention as' }));
      fireEvent.click(await screen.findByRole('menuitem', { name: /^Whole matrix \(NPY\)/ }));
      await screen.findByText(`For a file: 0 of ${total} rows of layer 2, mean of 4 heads`, { exact: false });
    };
    await begin();
    gates.shift()?.();
    await screen.findByText(`For a file: 32 of ${total} rows`, { exact: false });
    fireEvent.click(screen.getByRole('button', { name: 'Stop' }));
    await waitFor(() => {
      expect(screen.queryByText(/^For a file/)).toBeNull();
    });
    for (const gate of gates.splice(0)) gate();
    await begin();
    await waitFor(() => {
      for (const gate of gates.splice(0)) gate();
      expect(saved).toHaveLength(1);
    });
    expect(saved[0]).toMatchObject({ name: 'attention-layer-2-mean', kind: 'npy' });
    expect(saved[0]?.data).toHaveLength(128 + 4 * total * total);
  });
});
