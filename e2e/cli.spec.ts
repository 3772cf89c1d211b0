import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, projectFolder, test } from './app';

const prompt = 'ada→bob bob→cy tom→eli eli→sue ? cy or sue from ada';
const program = join(projectFolder, 'out', 'main', 'cli.js');

interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly errors: string;
}

/** Runs the command line in `folder`, with that folder as the user's home too. */
function interlinear(folder: string, ...args: string[]): Answer {
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: join(folder, 'config') };
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], { cwd: folder, env, encoding: 'utf8' });
  return { code: status, out: stdout, errors: stderr };
}

interface Document {
  readonly runs: readonly {
    readonly id?: string;
    readonly prompt: string;
    readonly trace: string;
    readonly lanes: readonly {
      readonly kind: string;
      readonly settings: Record<string, unknown>;
      readonly answer: string;
      readonly text: string;
      readonly steps: number;
      readonly milliseconds: number;
      readonly tokensPerSecond: number;
      readonly branches: readonly { readonly answer: string | null; readonly scores: Record<string, number | null> }[];
    }[];
    readonly parity: Record<string, boolean>;
  }[];
}

const read = (answer: Answer): Document => JSON.parse(answer.out) as Document;

test('run prints one document, progress apart, and writes the trace that show and export read', ({ folder }) => {
  const lanes = ['--lane', 'direct', '--lane', 'cot:temperature=0.8,samples=3', '--lane', 'best-of-n:n=16', '--lane', 'coconut:thoughts=2'];
  const answer = interlinear(
    folder,
    'run',
    '--prompt',
    prompt,
    ...lanes,
    '--seed',
    '7',
    '--schedule',
    'isolated',
    '--out',
    'run.interlinear',
    '--json',
  );
  expect(answer.code).toBe(0);
  const [run] = read(answer).runs;
  expect(run?.lanes.map((lane) => [lane.kind, lane.branches.length])).toEqual([
    ['direct', 1],
    ['cot', 3],
    ['best-of-n', 16],
    ['coconut', 1],
  ]);
  expect(run?.lanes[3]).toMatchObject({ answer: 'cy', settings: { thoughts: 2 } });
  expect(run?.parity).toEqual({
    lastLayerLensEqualsLogits: true,
    cachedEqualsUncached: true,
    equalsReference: true,
    exactlyEqualsReference: null,
  });
  expect(answer.errors).toContain('lane 4 done');

  const shown = interlinear(folder, 'show', 'run.interlinear', '--json');
  expect(read(shown).runs[0]?.lanes).toEqual(run?.lanes);
  expect(interlinear(folder, 'export', 'run.interlinear', '--csv', '--out', 'steps.csv').code).toBe(0);
  const rows = readFileSync(join(folder, 'steps.csv'), 'utf8').trim().split('\r\n');
  expect(rows.length - 1).toBe(run?.lanes.reduce((sum, lane) => sum + lane.steps, 0));
  expect(interlinear(folder, 'export', 'run.interlinear', '--bundle', '--out', 'one.interlinear').code).toBe(0);
  expect(read(interlinear(folder, 'show', 'one.interlinear', '--json')).runs[0]?.lanes).toEqual(run?.lanes);

  const again = interlinear(
    folder,
    'run',
    '--prompt',
    prompt,
    ...lanes,
    '--seed',
    '7',
    '--schedule',
    'isolated',
    '--out',
    'again.interlinear',
    '--json',
  );
  const tensors = ['run', 'again'].map((name) => readFileSync(join(folder, `${name}.interlinear`, 'tensors.safetensors')));
  expect(again.code).toBe(0);
  expect(tensors[0]?.equals(tensors[1] ?? Buffer.alloc(0))).toBe(true);
});

test('many prompts give a document with their ids and a bundle each', ({ folder }) => {
  writeFileSync(
    join(folder, 'prompts.jsonl'),
    `{"id":"a","prompt":"${prompt}"}\n{"id":"b","prompt":"${prompt.replace('from ada', 'from tom')}"}\n`,
  );
  const answer = interlinear(folder, 'run', '--prompts', 'prompts.jsonl', '--lane', 'coconut:thoughts=2', '--out', 'runs', '--json');
  expect(read(answer).runs.map((run) => [run.id, run.lanes[0]?.answer])).toEqual([
    ['a', 'cy'],
    ['b', 'sue'],
  ]);
  expect(readdirSync(join(folder, 'runs')).toSorted()).toEqual(['a.interlinear', 'b.interlinear']);
});

test('one bad prompt of many is told and costs the others nothing', ({ folder }) => {
  writeFileSync(join(folder, 'prompts.jsonl'), `{"id":"bad","prompt":"ada→xyz"}\n{"id":"good","prompt":"${prompt}"}\n`);
  const answer = interlinear(folder, 'run', '--prompts', 'prompts.jsonl', '--lane', 'coconut:thoughts=2', '--out', 'runs', '--json');
  expect(answer.code).toBe(2);
  expect(read(answer).runs.map((run) => [run.id, run.lanes[0]?.answer])).toEqual([
    ['bad', undefined],
    ['good', 'cy'],
  ]);
  expect(answer.errors).toContain('xyz');
});

test('models, devices and the forward dump', ({ folder }) => {
  expect(interlinear(folder, 'models').out).toContain('kin-2L');
  expect(interlinear(folder, 'devices').out).toMatch(
    /^auto +CPU +the model has not been checked on any device yet\ncpu +CPU +Not checked yet/,
  );
  expect(interlinear(folder, 'models', 'verify', 'kin', '--device', 'cpu').out).toContain('parity passed');
  expect(interlinear(folder, 'devices').out).toMatch(/^cpu +CPU +Passed: .* tokens\/s\.$/m);
  for (const model of ['kin', join(projectFolder, 'resources', 'models', 'kin')]) {
    const dump = `${model === 'kin' ? 'id' : 'folder'}.safetensors`;
    expect(interlinear(folder, 'forward', '--model', model, '--prompt', prompt, '--dump', dump).code).toBe(0);
    const bytes = readFileSync(join(folder, dump));
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString()) as Record<string, { shape: number[] }>;
    const positions = header['ids']?.shape[0] ?? 0;
    expect(header['residual']?.shape).toEqual([3, positions, 128]);
    expect(header['hidden']?.shape).toEqual([positions, 128]);
    expect(header['logits']?.shape[0]).toBe(positions);
  }
});

for (const [what, args, code, message] of [
  ['a bad prompt', ['run', '--prompt', 'ada→xyz ? bob or cy from ada'], 2, 'xyz'],
  ['an empty prompt', ['run', '--prompt', ''], 2, ''],
  ['no prompt', ['run'], 2, '--prompt'],
  ['an unknown lane', ['run', '--prompt', prompt, '--lane', 'guess'], 2, 'no lane “guess”'],
  ['an unknown option', ['run', '--prompts-file', 'x'], 2, 'unknown option'],
  ['a seed that is no number', ['run', '--prompt', prompt, '--seed', 'x'], 2, 'whole number'],
  ['an unknown model', ['run', '--prompt', prompt, '--model', 'gpt'], 3, 'gpt'],
  ['a missing trace', ['show', 'none.interlinear'], 4, ''],
] as const) {
  test(`${what} exits with ${code} and says why`, ({ folder }) => {
    const answer = interlinear(folder, ...args);
    expect(answer.code).toBe(code);
    expect(answer.errors).toContain(message);
    expect(answer.errors).not.toContain('    at ');
    expect(answer.out).toBe('');
  });
}

test('Ctrl-C keeps what was recorded', async ({ folder }) => {
  const args = ['run', '--prompt', prompt, '--lane', 'cot:ignoreEnd=true,maximumSteps=50000', '--out', 'long.interlinear', '--json'];
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const journal = join(folder, 'long.interlinear', 'journal.bin');
  await expect.poll(() => (existsSync(journal) ? readFileSync(journal).length : 0)).toBeGreaterThan(100_000);
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(out).toContain('"cancelled"');
  expect(interlinear(folder, 'show', 'long.interlinear').out).toContain('cot');
});
