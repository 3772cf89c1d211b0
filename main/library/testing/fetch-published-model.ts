import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import type { Quantization } from '../../contract/library';
import { createLibrary } from '../create-library';
import type { PublishedModel } from './published-model';

const id = 'smollm2-135m-instruct';
const resources = join(import.meta.dirname, '../../../resources');

let folder = '';

/** Vitest calls this before the tests of the project `model`: SmolLM2-135M-Instruct from the catalogue, in 32 bits and as published. */
export async function setup(project: TestProject): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'interlinear-smollm2-'));
  const published = await add();
  if (!published.reachable) project.vitest.logger.warn(`Tests of a published model are skipped: ${published.reason}`);
  project.provide('publishedModel', published);
}

export async function teardown(): Promise<void> {
  await rm(folder, { recursive: true });
}

async function add(): Promise<PublishedModel> {
  const library = createLibrary({ folder, resources, reserved: new Set(), environment: process.env });
  const paths: string[] = [];
  const kinds: Quantization[] = ['f32', 'auto'];
  for (const quantize of kinds) {
    const job = await library.jobs.finished(library.jobs.add({ source: { kind: 'catalogue', id }, quantize }));
    if (job.error?.code === 'unreachable') return { reachable: false, reason: job.error.message };
    if (job.error || job.model === null) throw new Error(`${id} could not be added: ${job.error?.message ?? job.state}`);
    paths.push(library.models.path(job.model));
  }
  await library.jobs.dispose();
  const [f32 = '', int4 = ''] = paths;
  return { reachable: true, f32, int4 };
}
