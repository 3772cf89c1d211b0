// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sampleRun } from '../testing/sample-run';
import { Inspector } from './inspector';
import type { InspectorProps } from './inspector-props';

const run = sampleRun('seven');

function props(changes: Partial<InspectorProps> = {}): InspectorProps {
  return {
    runs: [run],
    cursor: { run: 'seven', lane: 1, step: 1, pinned: true, alignment: 'step' },
    stepUnderCursor: (_, lane) => (lane.branches.length > 0 ? 1 : null),
    moveCursor: () => {},
    tab: 'candidates',
    onTab: () => {},
    onFork: () => {},
    onSelectBranch: () => {},
    loadLens: { full: () => Promise.resolve(new Float32Array(0)), quick: () => Promise.resolve(null) },
    loadAttention: () => new Promise(() => {}),
    loadAttentionRow: () => new Promise(() => {}),
    loadAttentionBlock: () => new Promise(() => {}),
    loadTrajectory: () => Promise.resolve({ stream: 2, components: 2, explained: [0.41, 0.23], residual: 0.36, vectors: 3, paths: [] }),
    onCopy: () => {},
    ...changes,
  };
}

afterEach(cleanup);

describe('Inspector', () => {
  it('says where the cursor stands', () => {
    render(<Inspector {...props()} />);
    expect(screen.getByText(/Chain of thought: step 2 of 6, aligned by step · pinned/)).toBeTruthy();
  });

  it('forks at a candidate by its button and by alt click on its row', () => {
    const onFork = vi.fn<InspectorProps['onFork']>();
    render(<Inspector {...props({ onFork })} />);
    const lane = within(screen.getByRole('group', { name: 'Chain of thought' }));
    const dee = run.info.vocabulary.indexOf('dee');
    fireEvent.click(lane.getByRole('button', { name: 'Fork here with dee' }));
    expect(onFork).toHaveBeenLastCalledWith('seven', 1, 0, 1, dee);
    fireEvent.click(lane.getByText('bob'), { altKey: true });
    expect(onFork).toHaveBeenLastCalledWith('seven', 1, 0, 1, run.info.vocabulary.indexOf('bob'));
  });

  it('offers no fork while the run goes on', () => {
    render(<Inspector {...props({ runs: [sampleRun('seven', 3)] })} />);
    expect(screen.queryAllByRole('button', { name: /Fork here/ })).toEqual([]);
  });

  it('watches a token and says so where it was not recorded', () => {
    render(<Inspector {...props()} />);
    fireEvent.change(screen.getByRole('combobox', { name: 'Watch' }), { target: { value: 'zoe' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add to the watch list' }));
    expect(screen.getAllByText('not in the top 8').length).toBeGreaterThan(0);
    fireEvent.change(screen.getByRole('combobox', { name: 'Watch' }), { target: { value: 'nobody' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add to the watch list' }));
    expect(screen.getByRole('alert').textContent).toContain('Not a token');
  });

  it('selects the branch of a node of the tree', () => {
    const onSelectBranch = vi.fn<InspectorProps['onSelectBranch']>();
    render(<Inspector {...props({ tab: 'branches', onSelectBranch })} />);
    fireEvent.click(screen.getByRole('button', { name: /^kit, 4 of 16/ }));
    expect(onSelectBranch).toHaveBeenCalledWith('seven', 2, 7);
  });

  it('copies a link to a step', () => {
    const onCopy = vi.fn<InspectorProps['onCopy']>();
    render(<Inspector {...props({ tab: 'step', onCopy })} />);
    fireEvent.click(screen.getByRole('button', { name: 'Copy a link to step 2 of Direct' }));
    expect(onCopy).toHaveBeenCalledWith('interlinear://seven/0/1');
  });

  it('shows what failed in place of the trajectory', async () => {
    render(<Inspector {...props({ tab: 'trajectory', loadTrajectory: () => Promise.reject(new Error('The engine was lost')) })} />);
    await waitFor(() => {
      expect(screen.getByRole('alert').textContent).toContain('The engine was lost');
    });
  });

  it('says what to do when nothing has run, on every tab', () => {
    for (const tab of ['candidates', 'layers', 'attention', 'branches', 'trajectory', 'cost', 'step']) {
      render(<Inspector {...props({ runs: [], cursor: null, tab })} />);
      expect(screen.getByText(/^Run a prompt/)).toBeTruthy();
      cleanup();
    }
  });
});
