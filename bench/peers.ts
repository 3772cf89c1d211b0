import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** llama.cpp as its Node package carries it, built by its publisher. A tool of the bench: the app never sees it. */
const llamaVersion = '3.22.1';

/** The part of node-llama-cpp the bench uses. */
interface LlamaModule {
  getLlama(options: { gpu: false; build: 'never'; maxThreads: number; logLevel: string }): Promise<Llama>;
}
interface Llama {
  loadModel(options: { modelPath: string }): Promise<LlamaModel>;
  dispose(): Promise<void>;
}
export interface LlamaModel {
  createContext(options: { contextSize: number; threads: number; batchSize: number }): Promise<LlamaContext>;
}
interface LlamaContext {
  getSequence(): LlamaSequence;
  dispose(): Promise<void>;
}
interface LlamaSequence {
  evaluateWithoutGeneratingNewTokens(tokens: readonly number[]): Promise<void>;
  evaluate(tokens: readonly number[], options: { temperature: number; yieldEogToken: boolean }): AsyncIterable<number>;
  /** One output for each input; logits are those after it, by token. */
  controlledEvaluate(
    input: readonly (readonly [token: number, options: { generateNext: LogitsWanted }])[],
  ): Promise<readonly ({ next: { logits?: ReadonlyMap<number, number>; totalLogitWeight?: number } } | undefined)[]>;
  dispose(): void;
}
interface LogitsWanted {
  readonly logits: { readonly filter: { readonly tokens: readonly number[]; readonly includeTop: number } };
  /** Σ exp(logit - largest logit) */
  readonly totalLogitWeight: boolean;
  readonly options: { readonly temperature: number; readonly topK: number; readonly topP: number };
}

interface Peer {
  readonly name: string;
  /** Of its own in the user's cache folder. */
  readonly folder: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** npm's `optional` leaves out what the peer would like to have, which for llama.cpp are builds for every graphics card. */
  readonly omit: 'optional' | null;
}

/** Installs a package into the user's cache folder where it is missing. @returns its folder under `node_modules` */
function installed({ name, folder, dependencies, omit }: Peer, progress: (text: string) => void): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const path = join(cache, 'interlinear', folder);
  const found = join(path, 'node_modules', name);
  if (existsSync(found)) return found;
  progress(`Installing ${name} to compare with, in ${path}…`);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'package.json'), JSON.stringify({ private: true, dependencies }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', ...(omit === null ? [] : [`--omit=${omit}`])];
  const { status } = spawnSync('npm', ['install', ...options], {
    cwd: path,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`${name} could not be installed, so there is nothing to compare with.`);
  return found;
}

/** Installs llama.cpp into the user's cache folder where it is missing, and starts it on so many threads. */
export async function startLlama(threads: number, progress: (text: string) => void): Promise<{ llama: Llama; version: string }> {
  const platform = `@node-llama-cpp/${process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : 'linux'}-${process.arch}`;
  const dependencies = { 'node-llama-cpp': llamaVersion, [platform]: llamaVersion };
  const peer: Peer = { name: 'node-llama-cpp', folder: `bench-llama-${llamaVersion}`, dependencies, omit: 'optional' };
  const entry = join(installed(peer, progress), 'dist', 'index.js');
  const module = (await import(pathToFileURL(entry).href)) as LlamaModule;
  const llama = await module.getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' });
  return { llama, version: llamaVersion };
}

const transformersVersion = '4.3.1';

/** The part of transformers.js the bench uses. */
interface TransformersModule {
  readonly env: { allowRemoteModels: boolean; localModelPath: string };
  readonly AutoModelForCausalLM: { from_pretrained(name: string, options: object): Promise<TransformersModel> };
  readonly Tensor: new (type: string, data: BigInt64Array, shape: readonly number[]) => object;
}
interface TransformersModel {
  generate(options: object): Promise<unknown>;
}

/** Installs transformers.js where it is missing, and opens a model of a folder on the CPU with so many threads. */
export async function startTransformers(
  folder: string,
  threads: number,
  progress: (text: string) => void,
): Promise<{ model: TransformersModel; tensor: (...of: ConstructorParameters<TransformersModule['Tensor']>) => object; version: string }> {
  const name = '@huggingface/transformers';
  // It does not start without sharp's build for this system, which sharp has as an optional package.
  const peer: Peer = {
    name,
    folder: `bench-transformers-${transformersVersion}`,
    dependencies: { [name]: transformersVersion },
    omit: null,
  };
  const found = installed(peer, progress);
  const module = (await import(pathToFileURL(join(found, 'dist', 'transformers.node.mjs')).href)) as TransformersModule;
  Object.assign(module.env, { allowRemoteModels: false, localModelPath: dirname(folder) });
  const session_options = { intraOpNumThreads: threads, interOpNumThreads: 1 };
  const model = await module.AutoModelForCausalLM.from_pretrained(basename(folder), { dtype: 'q4', device: 'cpu', session_options });
  return { model, tensor: (...of) => new module.Tensor(...of), version: transformersVersion };
}
