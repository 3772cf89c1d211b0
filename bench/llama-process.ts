import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { LlamaQuestion, LlamaStart } from './llama-speed';
import { inPlainNode } from './own-process';
import type { TransformersStart } from './transformers-process';

/** llama.cpp, or transformers.js, in a process of its own: two runtimes in one slow each other, ours by a quarter, through the threads they keep awake. */
export class LlamaProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly version: string,
  ) {}

  /** @throws Error when it cannot be installed or started */
  static async start(start: LlamaStart): Promise<LlamaProcess> {
    const program = process.argv[1];
    if (program === undefined) throw new Error('The bench does not know its own file.');
    return LlamaProcess.#in(program, ['llama', JSON.stringify(start)]);
  }

  /** transformers.js in place of llama.cpp. @throws Error when it cannot be installed or started */
  static async startTransformers(start: TransformersStart): Promise<LlamaProcess> {
    return LlamaProcess.#in(join(import.meta.dirname, 'bench-transformers.js'), [JSON.stringify(start)]);
  }

  static async #in(program: string, parameters: readonly string[]): Promise<LlamaProcess> {
    const child = fork(program, parameters, { stdio: ['ignore', 2, 2, 'ipc'], ...inPlainNode() });
    const ended = new AbortController();
    child.once('exit', () => ended.abort(new Error('The process of the other runtime has ended.')));
    const [{ version }] = (await once(child, 'message', { signal: ended.signal })) as [{ version: string }];
    return new LlamaProcess(child, version);
  }

  /** Tokens a second. @throws Error with what llama.cpp said */
  async speed(question: LlamaQuestion): Promise<number> {
    this.child.send(question);
    const [answer] = (await once(this.child, 'message')) as [number | string];
    if (typeof answer === 'number') return answer;
    throw new Error(answer);
  }

  dispose(): void {
    this.child.kill();
  }
}
