// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { laneEntries } from '../inspector/shared/lane-entries';
import type { PanelProps } from '../state/run-view';
import { sampleRun } from '../testing/sample-run';
import { Timeline } from './timeline';
import { timelineTable } from './timeline-table';

const run = sampleRun('seven');

function props(changes: Partial<PanelProps> = {}): PanelProps {
  return {
    runs: [run],
    cursor: { run: 'seven', lane: 1, step: 1, pinned: true, alignment: 'step' },
    stepUnderCursor: (_, lane) => (lane.lane === 0 ? null : 1),
    moveCursor: () => {},
    ...changes,
  };
}

afterEach(cleanup);

describe('Timeline', () => {
  it('lists every lane with its value at the cursor, and says which has no step there', () => {
    render(<Timeline {...props()} />);
    const rows = within(screen.getByRole('list', { name: /values at the cursor/ })).getAllByRole('listitem');
    expect(rows).toHaveLength(4);
    expect(rows[0]?.textContent).toContain('no step');
    const entropy = run.lanes[1]?.branches[0]?.steps.at(1)?.entropy ?? NaN;
    expect(rows[1]?.textContent).toContain(`${entropy.toFixed(2)} b`);
  });

  it('steps with the arrow keys, within the branch, and reads the values out', () => {
    const moveCursor = vi.fn<PanelProps['moveCursor']>();
    render(<Timeline {...props({ moveCursor })} />);
    const slider = screen.getByRole('slider', { name: /Entropy per step/ });
    expect(slider.getAttribute('aria-valuetext')).toContain('Step 2 of 6: Chain of thought');
    fireEvent.keyDown(slider, { key: 'ArrowRight' });
    expect(moveCursor).toHaveBeenLastCalledWith('seven', 1, 2, true);
    fireEvent.keyDown(slider, { key: 'End' });
    expect(moveCursor).toHaveBeenLastCalledWith('seven', 1, 5, true);
    fireEvent.keyDown(slider, { key: 'PageUp' });
    expect(moveCursor).toHaveBeenLastCalledWith('seven', 1, 0, true);
  });

  it('draws another quantity when it is chosen', () => {
    render(<Timeline {...props()} />);
    fireEvent.click(screen.getByRole('radio', { name: /Surprisal/ }));
    expect(screen.getByRole('slider', { name: /Surprisal per step, bits/ })).toBeTruthy();
    const rows = screen.getAllByRole('listitem');
    expect(rows[3]?.textContent).toContain('none');
  });

  it('says what to do before the first run', () => {
    render(<Timeline {...props({ runs: [], cursor: null })} />);
    expect(screen.getByText(/^Run a prompt/)).toBeTruthy();
  });
});

describe('timelineTable', () => {
  it('has a row for each step of each branch shown', () => {
    const table = timelineTable(laneEntries([run]));
    const steps = run.lanes.reduce(
      (sum, lane) => sum + (lane.branches.find((branch) => branch.branch === lane.shown)?.steps.length ?? 0),
      0,
    );
    expect(table.rows).toHaveLength(steps);
    expect(table.rows.every((row) => row.length === table.columns.length)).toBe(true);
  });
});
