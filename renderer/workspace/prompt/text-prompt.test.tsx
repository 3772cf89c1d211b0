// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { laneSettingsSchema } from '../../../main/contract/lanes';
import { chooseModel } from '../../state/model-commands';
import { speaksOf } from '../../state/prompt-check';
import { promptsOfOthers } from '../../state/prompts-of-others';
import { ServicesContext } from '../../state/services';
import { sampleKin, sampleServices } from '../../testing/sample-services';
import { sampleTextModel } from '../../testing/sample-text-run';
import { makeLane } from '../../state/workspace-document';
import { PromptEditor } from './prompt-editor';

const tokens = [
  { id: 1, text: '<|im_start|>', start: 0, end: 0, special: true },
  { id: 77, text: ' word', start: 0, end: 5, special: false },
];

async function open() {
  const services = await sampleServices([sampleKin, sampleTextModel], {
    'prompt.check': ({ model, prompt, chat }) => ({
      tokens: model === 'kin' ? [...tokens, { id: 3, text: '→', start: 1, end: 2, special: false }] : tokens,
      problems:
        prompt === '' || prompt.length > 20 ? [{ start: 0, end: 1, severity: 'error', message: 'Too long.', hint: 'Shorten it.' }] : [],
      expected: null,
      path: [],
      hops: null,
      rendered: chat === null || chat === undefined ? null : `<|im_start|>${prompt}`,
    }),
  });
  services.workspace.store.subscribe(({ document }) => {
    services.checker.schedule(document, promptsOfOthers(document, services.engine.store.getState().facts));
  });
  chooseModel(services, sampleTextModel.id);
  services.workspace.edit('set up', { lanes: [makeLane(laneSettingsSchema.parse({ kind: 'direct', maximumSteps: 1 }))] });
  render(
    <ServicesContext value={services}>
      <PromptEditor input={null} />
    </ServicesContext>,
  );
  return services;
}

afterEach(cleanup);

describe('the prompt of a model of text', () => {
  it('offers examples while it is empty and takes one in its mode', async () => {
    const { workspace } = await open();
    fireEvent.click(screen.getByRole('button', { name: 'A system prompt that matters' }));
    expect(workspace.document).toMatchObject({
      prompt: 'Explain why the sky is blue.',
      chat: { system: 'You answer in exactly one short sentence.' },
    });
    expect(screen.queryByRole('button', { name: 'A fact to recall' })).toBeNull();
  });

  it('does not call an empty field wrong before anything is written', async () => {
    const { workspace, checker } = await open();
    for (const value of ['a', '']) fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value } });
    await waitFor(() => {
      expect(speaksOf(checker.store.getState(), workspace.document)).toBe(true);
    });
    expect(checker.store.getState().check?.problems).toHaveLength(1);
    expect(screen.queryByRole('list', { name: 'Problems of the prompt' })).toBeNull();
    expect(screen.getByRole('textbox', { name: 'Prompt' }).getAttribute('aria-invalid')).toBe('false');
  });

  it('keeps the system prompt while raw text is looked at', async () => {
    const { workspace } = await open();
    fireEvent.change(screen.getByRole('textbox', { name: 'System prompt' }), { target: { value: 'Be brief.' } });
    fireEvent.click(screen.getByRole('radio', { name: 'Raw text' }));
    expect(workspace.document.chat).toBeNull();
    expect(screen.queryByRole('textbox', { name: 'System prompt' })).toBeNull();
    fireEvent.click(screen.getByRole('radio', { name: 'Chat' }));
    expect(workspace.document.chat).toEqual({ system: 'Be brief.' });
  });

  it('counts tokens, shows them with their ids and the text around the prompt', async () => {
    await open();
    fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value: ' word' } });
    fireEvent.click(await screen.findByRole('button', { name: /2 tokens of 8.192/ }));
    const list = within(screen.getByRole('list', { name: 'Tokens of the prompt' }));
    expect(list.getAllByRole('listitem').map((item) => item.textContent)).toEqual(['<|im_start|>1', '·word77']);
    fireEvent.click(screen.getByRole('radio', { name: 'Text' }));
    expect(screen.getByRole('region', { name: 'What the model reads' }).textContent).toContain('<|im_start|> word');
  });

  it('shows the tokens of every model that lanes are on', async () => {
    const { workspace } = await open();
    act(() => {
      const lanes = [{ kind: 'direct' }, { kind: 'cot', model: 'kin' }] as const;
      workspace.edit('set up', { lanes: lanes.map((lane) => makeLane(laneSettingsSchema.parse(lane))) });
    });
    fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value: 'ab' } });
    const count = await screen.findByRole('button', { name: '2 · 3 tokens' });
    expect(count.title).toBe('What each model reads, token by token: Small Talk 135M: 2 tokens of 8\u202f192; kin-2L: 3 tokens');
    fireEvent.click(count);
    const list = () => within(screen.getByRole('list', { name: 'Tokens of the prompt' })).getAllByRole('listitem');
    expect(list()).toHaveLength(2);
    fireEvent.click(screen.getByRole('combobox', { name: 'Model: Small Talk 135M' }));
    const option = await screen.findByRole('option', { name: /^kin-2L/ });
    fireEvent.pointerDown(option);
    fireEvent.mouseUp(option);
    fireEvent.click(option);
    await waitFor(() => {
      expect(list().map((item) => item.textContent)).toEqual(['<|im_start|>1', '·word77', '→3']);
    });
    expect(screen.getByRole('region', { name: 'What the model reads' }).textContent).toContain('as it stands');
    fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value: 'word '.repeat(10) } });
    await waitFor(() => {
      expect(screen.getByRole('list', { name: 'Problems of the prompt' }).textContent).toContain(
        'kin-2L cannot read this prompt: Too long.',
      );
    });
  });

  it('warns of a run that may need more memory than there is', async () => {
    const { memory } = await open();
    fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value: ' word' } });
    expect(screen.queryByText(/of memory/)).toBeNull();
    act(() => {
      memory.store.setState({ known: { availableBytes: 230_000_000, totalBytes: 4_000_000_000 } });
    });
    expect(screen.getByRole('list', { name: 'Problems of the prompt' }).textContent).toMatch(
      /^This run may need 238 MB of memory; 230 MB of 4\.00 GB are free\./,
    );
    act(() => {
      memory.store.setState({ known: { availableBytes: 239_000_000, totalBytes: 4_000_000_000 } });
    });
    expect(screen.queryByText(/of memory/)).toBeNull();
  });

  it('says what is wrong with it', async () => {
    await open();
    fireEvent.change(screen.getByRole('textbox', { name: 'Prompt' }), { target: { value: 'word '.repeat(10) } });
    await waitFor(() => {
      expect(screen.getByRole('list', { name: 'Problems of the prompt' }).textContent).toContain('Too long.');
    });
    expect(screen.getByRole('textbox', { name: 'Prompt' }).getAttribute('aria-invalid')).toBe('true');
  });
});
