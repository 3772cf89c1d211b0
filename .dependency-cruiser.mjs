/**
 * Who may import whom. A folder says which runtime its code may run in, and this file is where that is enforced.
 *
 * It is an allow-list: an import which no line below permits is an error. Tests are looser, because a test may set
 * up the real neighbours of what it tests, but even they stay on their side of the process boundary.
 */

const MAIN = 'main';
const IN_MAIN = ['contract', 'graph', 'models', 'kernels', 'runtime', 'lanes', 'measures', 'traces', 'library', 'host', 'cli'];

/** For each folder: the folders of ours it may import, itself aside. */
const MAY_IMPORT = {
  'main/contract': [],
  'main/measures': ['main/contract'],
  'main/graph': ['main/contract'],
  'main/models': ['main/contract', 'main/graph'],
  // Kernels compute a decoder from its description and its weights' places: of models and files they know nothing.
  'main/kernels': ['main/contract', 'main/graph'],
  // A lane is a pure function of its inputs and a seeded stream: of the runtime it sees the random numbers only.
  'main/lanes': ['main/contract', 'main/measures', 'main/runtime/random'],
  'main/runtime': ['main/contract', 'main/graph', 'main/models', 'main/kernels', 'main/measures', 'main/lanes'],
  // Traces are written by whoever runs: they know the seam for that, and the file format, but nothing that computes.
  'main/traces': [
    'main/contract',
    'main/measures',
    'main/runtime/run-sink',
    'main/models/safetensors',
    'main/models/element-types',
    'main/models/half',
  ],
  // The library fetches, converts and keeps models; it never runs one.
  'main/library': ['main/contract', 'main/graph', 'main/models', 'main/traces/disk-error'],
  'main/host': IN_MAIN.filter((folder) => folder !== 'cli').map((folder) => `${MAIN}/${folder}`),
  'main/cli': IN_MAIN.map((folder) => `${MAIN}/${folder}`),
  renderer: ['main/contract'],
  electron: ['main/contract', 'main/host'],
  bench: ['main/'],
  e2e: ['main/contract', 'main/traces', 'electron/contract'],
  scripts: [],
};

/** Exceptions, each with the reason and the way out. Empty is how it should be. */
const DEBT = [];

/** Compiled AssemblyScript, which scripts/build/assembly.ts gives, by the folder that may have it: patterns. */
const COMPILED = { 'main/kernels': 'virtual:(relaxed-)?kernels', 'main/measures': 'virtual:walks', 'main/models': 'virtual:halves' };

const TEST = '[.](test|spec)[.](ts|tsx|mjs)$';
const at = (folder) => `^${folder}`;

const folderRules = Object.entries(MAY_IMPORT).map(([folder, others]) => ({
  from: { path: `^${folder}/` },
  to: { path: [`^${folder}/`, ...others.map(at)] },
}));

/** In main/ only the runtime holds ONNX sessions: everything else stays testable with numbers made up by hand. */
const HOLDS_SESSIONS = '^(main/runtime|bench)/';

export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Modules that import each other can only be understood, tested and loaded together.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere is also one that the rules below cannot judge.',
      severity: 'error',
      from: {},
      // Made by the build: `allowed` says who may have it.
      to: { couldNotResolve: true, pathNot: Object.values(COMPILED).map((name) => `^${name}$`) },
    },
    {
      name: 'electron-in-the-shell-only',
      comment: 'The engine runs in plain Node too, and the page has no Electron: only electron/ may import it.',
      severity: 'error',
      from: { pathNot: ['^electron/', '^scripts/bootstrap/default-app/'] },
      to: { path: ['^electron$', '(^|/)node_modules/electron/'] },
    },
    {
      name: 'page-without-node',
      comment: 'The page is sandboxed: Node built-ins are not there when it runs.',
      severity: 'error',
      from: { path: '^(renderer|main/contract|main/measures|main/lanes)/', pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'sessions-in-the-runtime-only',
      comment: 'ONNX Runtime belongs to main/runtime; lanes, measures and the page never see it.',
      severity: 'error',
      from: { pathNot: [HOLDS_SESSIONS, '^main/graph/.*[.]test[.]ts$', '[.]parity[.]test[.]ts$'] },
      to: { path: '(^|/)node_modules/onnxruntime-' },
    },
    {
      name: 'react-in-the-page-only',
      comment: 'Views live in renderer/.',
      severity: 'error',
      from: { pathNot: ['^renderer/', '[.]config[.]ts$'] },
      to: { path: '(^|/)node_modules/(react|react-dom|recharts|zustand|cmdk|lucide-react|@base-ui)/' },
    },
    {
      name: 'no-test-in-the-product',
      comment: 'What only tests use is not shipped.',
      severity: 'error',
      from: { pathNot: [TEST, '^(e2e|bench|scripts)/', '(^|/)testing[/.]', '[.]config[.]ts$'] },
      to: { path: [TEST, '(^|/)testing[/.]', '(^|/)node_modules/(vitest|fast-check|@playwright|@testing-library)/'] },
    },
  ],
  allowedSeverity: 'error',
  allowed: [
    ...folderRules,
    ...DEBT,
    { from: { path: `^main/.*${TEST}` }, to: { path: ['^main/', '^scripts/build/'] } },
    { from: { path: `^(main|electron|renderer)/.*/?testing/` }, to: { path: '^main/' } },
    ...Object.entries(COMPILED).map(([folder, name]) => ({ from: { path: `^${folder}/` }, to: { path: `^${name}$` } })),
    // Packages and built-ins: allowed here, narrowed by the rules above.
    { from: {}, to: { path: '(^|/)node_modules/' } },
    { from: {}, to: { dependencyTypes: ['core'] } },
    { from: {}, to: { path: '^(electron|electron/main|electron/renderer)$' } },
    { from: {}, to: { path: '[.](css|json|svg|png)$' } },
    { from: { path: '^[^/]+[.]config[.]ts$' }, to: {} },
  ],
  options: {
    // TypeScript 7 has no compiler API; with any other parser this tool silently sees no modules at all.
    parser: 'swc',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    // AssemblyScript looks like TypeScript, but its files have their imports among themselves only, checked by its compiler: those of kernels import those of measures.
    exclude: { path: ['(^|/)(out|coverage|test-results)/', '^main/[^/]+/assembly/'] },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'module', 'default', 'types'],
    },
  },
};
