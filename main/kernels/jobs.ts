/** How an argument is written: a whole number or address, or a 32-bit float. */
type Kind = 'i32' | 'f32';

/** What rounded inputs of products need; see assembly/inputs.ts. */
const inputs = { rows: 'i32', blocks: 'i32', integers: 'i32', scales: 'i32', sums: 'i32', inBytes: 'i32' } as const;

const product = {
  bits: 'i32',
  integers: 'i32',
  scales: 'i32',
  offsets: 'i32',
  factor: 'f32',
  blocks: 'i32',
  outputs: 'i32',
  outputsAtOnce: 'i32',
  rows: 'i32',
  inputs: 'i32',
  to: 'i32',
  stride: 'i32',
  bias: 'i32',
  adds: 'i32',
  narrow: 'i32',
} as const;

const lensRows = {
  ...inputs,
  copies: 'i32',
  bytes: 'i32',
  places: 'i32',
  listed: 'i32',
  counts: 'i32',
  most: 'i32',
  logits: 'i32',
  stride: 'i32',
} as const;

const attention = {
  rows: 'i32',
  added: 'i32',
  keyValueHeads: 'i32',
  group: 'i32',
  headWidth: 'i32',
  lines: 'i32',
  queries: 'i32',
  queryScales: 'i32',
  promptKeys: 'i32',
  promptValues: 'i32',
  promptCapacity: 'i32',
  promptStride: 'i32',
  promptFilled: 'i32',
  promptGrows: 'i32',
  promptStart: 'i32',
  ownKeys: 'i32',
  ownValues: 'i32',
  ownCapacity: 'i32',
  ownStride: 'i32',
  ownFilled: 'i32',
  ownGrows: 'i32',
  ownStart: 'i32',
  line: 'i32',
  positionsAtOnce: 'i32',
  linesAtOnce: 'i32',
  rowsAtOnce: 'i32',
  elementsAtOnce: 'i32',
  scores: 'i32',
  weights: 'i32',
  weightScales: 'i32',
  to: 'i32',
  room: 'i32',
  roomOfThread: 'i32',
} as const;

/**
 * The jobs of assembly/jobs.ts, in the order of their numbers, each with its arguments as they follow each other in memory: the
 * fields of the class of its name there.
 */
const jobs = {
  multiply: { ...product, inputScales: 'i32', inputSums: 'i32' },
  multiplyExactly: product,
  normalize: { ...inputs, kind: 'i32', from: 'i32', width: 'i32', epsilon: 'f32', scale: 'i32', bias: 'i32', to: 'i32' },
  activate: { ...inputs, kind: 'i32', from: 'i32', width: 'i32', gated: 'i32', to: 'i32' },
  prepareHeads: {
    from: 'i32',
    heads: 'i32',
    keyValueHeads: 'i32',
    headWidth: 'i32',
    added: 'i32',
    cosines: 'i32',
    sines: 'i32',
    normalization: 'i32',
    epsilon: 'f32',
    queryScale: 'i32',
    queryBias: 'i32',
    keyScale: 'i32',
    keyBias: 'i32',
    queryFactor: 'f32',
    bits: 'i32',
    queries: 'i32',
    queryScales: 'i32',
    keys: 'i32',
    values: 'i32',
    capacity: 'i32',
    stride: 'i32',
    filled: 'i32',
  },
  score: attention,
  normalizeScores: attention,
  mix: attention,
  repack: { bits: 'i32', together: 'i32', inBytes: 'i32', from: 'i32', to: 'i32', blocks: 'i32', scales: 'i32' },
  attendExactly: attention,
  multiplyWide: { ...product, inputScales: 'i32', inputSums: 'i32', room: 'i32' },
  readPart: {
    logits: 'i32',
    vocabulary: 'i32',
    size: 'i32',
    parts: 'i32',
    targets: 'i32',
    kept: 'i32',
    to: 'i32',
    bytes: 'i32',
    room: 'i32',
  },
  narrow: { from: 'i32', to: 'i32', count: 'i32', countAtOnce: 'i32', inexact: 'i32' },
  walkRows: { logits: 'i32', vocabulary: 'i32', size: 'i32', parts: 'i32', rows: 'i32', room: 'i32', roomOfThread: 'i32' },
  multiplyBytes: { ...product, inputScales: 'i32', inputSums: 'i32', room: 'i32' },
  packSketch: {
    products: 'i32',
    vocabulary: 'i32',
    count: 'i32',
    first: 'i32',
    components: 'i32',
    middles: 'i32',
    sizes: 'i32',
    sketch: 'i32',
    starts: 'i32',
  },
  copyToken: {
    tokens: 'i32',
    places: 'i32',
    bits: 'i32',
    together: 'i32',
    inBytes: 'i32',
    narrow: 'i32',
    integers: 'i32',
    scales: 'i32',
    offsets: 'i32',
    factor: 'f32',
    blocks: 'i32',
    copies: 'i32',
    bytes: 'i32',
  },
  readCandidates: lensRows,
  sketchRow: {
    ...lensRows,
    kind: 'i32',
    from: 'i32',
    apart: 'i32',
    width: 'i32',
    epsilon: 'f32',
    scale: 'i32',
    bias: 'i32',
    to: 'i32',
    directions: 'i32',
    components: 'i32',
    probes: 'i32',
    ofProbes: 'i32',
    depth: 'f32',
    deviations: 'f32',
    bytesOfRows: 'i32',
    cuts: 'i32',
    targets: 'i32',
  },
  scanSketch: {
    rows: 'i32',
    components: 'i32',
    bytesOfRows: 'i32',
    cuts: 'i32',
    targets: 'i32',
    vocabulary: 'i32',
    sketch: 'i32',
    starts: 'i32',
    size: 'i32',
    parts: 'i32',
    found: 'i32',
    most: 'i32',
    counts: 'i32',
    above: 'i32',
    room: 'i32',
    roomOfThread: 'i32',
  },
  iterateSubspace: { from: 'i32', rows: 'i32', width: 'i32', directions: 'i32', to: 'i32' },
  measureReach: { from: 'i32', width: 'i32', middles: 'i32', sizes: 'i32' },
  listCandidates: {
    places: 'i32',
    found: 'i32',
    mostFound: 'i32',
    foundCounts: 'i32',
    parts: 'i32',
    listed: 'i32',
    most: 'i32',
    counts: 'i32',
    missing: 'i32',
    missingCounts: 'i32',
    room: 'i32',
    roomOfThread: 'i32',
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Kind>>>>;

export type Job = keyof typeof jobs;
export type Arguments<J extends Job> = Readonly<Record<keyof (typeof jobs)[J], number>>;

/** A job by its number in assembly/jobs.ts, with the places of its arguments in words. */
interface Layout {
  readonly number: number;
  readonly fields: ReadonlyMap<string, { readonly place: number; readonly isFloat: boolean }>;
}

const layouts = new Map(
  Object.entries<Readonly<Record<string, Kind>>>(jobs).map(([job, kinds], number): [string, Layout] => [
    job,
    { number, fields: new Map(Object.entries(kinds).map(([name, kind], place) => [name, { place, isFloat: kind === 'f32' }])) },
  ]),
);

export function layoutOf(job: Job): Layout {
  const layout = layouts.get(job);
  if (!layout) throw new Error(`There is no job '${job}'`);
  return layout;
}
