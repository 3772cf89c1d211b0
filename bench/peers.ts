import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
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

function packageFolder(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  return join(cache, 'interlinear', `bench-llama-${llamaVersion}`);
}

/** Installs llama.cpp into the user's cache folder where it is missing, and starts it on so many threads. */
export async function startLlama(threads: number, progress: (text: string) => void): Promise<{ llama: Llama; version: string }> {
  const folder = packageFolder();
  const entry = join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
  if (!existsSync(entry)) {
    progress(`Installing node-llama-cpp ${llamaVersion} to compare with, in ${folder}…`);
    mkdirSync(folder, { recursive: true });
    const platform = `@node-llama-cpp/${process.platform === 'darwin' ? 'mac' : process.platform === 'win32' ? 'win' : 'linux'}-${process.arch}`;
    const dependencies = { 'node-llama-cpp': llamaVersion, [platform]: llamaVersion };
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, dependencies }));
    const { status } = spawnSync('npm', ['install', '--ignore-scripts', '--omit=optional', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 2, 2],
      shell: process.platform === 'win32',
    });
    if (status !== 0) throw new Error('node-llama-cpp could not be installed, so there is nothing to compare with.');
  }
  const module = (await import(pathToFileURL(entry).href)) as LlamaModule;
  const llama = await module.getLlama({ gpu: false, build: 'never', maxThreads: threads, logLevel: 'error' });
  return { llama, version: llamaVersion };
}
