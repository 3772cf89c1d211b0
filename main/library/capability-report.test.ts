import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStoredPackage } from '../models/stored-package';
import { capabilityReport } from './capability-report';
import { writeStoredModel } from './testing/write-stored-model';

it('says what an imported model cannot do, and how far its weights moved', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'interlinear-report-'));
  const report = [
    { tensor: 'embedding', storage: 'int8', relativeError: 0.0042 },
    { tensor: 'final.norm', storage: 'f32', relativeError: 0 },
    { tensor: 'layer.0.attention.query', storage: 'int4', relativeError: 0.0871 },
  ];
  const quantization = { requested: 'auto' as const, report };
  const { summary, manifest } = await openStoredPackage(
    await writeStoredModel(folder, 'm', { dtype: 'int4', quantization, notes: ['A note.'] }),
  );
  await rm(folder, { recursive: true });
  expect(capabilityReport(summary, ['dml'], manifest)).toEqual([
    'Its answers are not checked: a free text has no answer known to be right.',
    'Continuous thought is a control here: the model was not trained to think in vectors.',
    'It has no chat template: prompts are read as they stand.',
    'Prompt and answer together have at most 64 tokens.',
    'Does not run on DirectML here.',
    'A note.',
    'Stored as int4, 2 of 3 weights differ from the published ones, by at most 8.7 % of their size.',
  ]);
  expect(capabilityReport({ ...summary, task: 'kin', maximumPositions: null }, [], null)).toEqual([
    'Reads only questions about the families of its names.',
    'It does not say how many tokens it can read.',
  ]);
});
