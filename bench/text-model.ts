import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InterlinearError } from '../main/contract/errors';
import type { LaneSettingsInput } from '../main/contract/lanes';
import { EngineClient } from '../main/contract/client';
import type { LaneRecord, RunInfo, RunOutcome } from '../main/contract/run';
import { runRequestSchema } from '../main/contract/run';
import { Engine } from '../main/host/engine';
import type { StartProcess } from '../main/host/side-process';
import { createMemoryPair } from '../main/host/memory-transport';

/** An engine with one imported model, recording to a folder that goes with it. */
export class TextModel {
  /** What computed the last run, name and version; empty before the first. */
  computedBy = '';

  private constructor(
    private readonly engine: Engine,
    private readonly folder: string,
    readonly id: string,
  ) {}

  /**
   * @param models the user's library
   * @param startProcess starts the process that reads lenses, for benches that read some
   * @throws InterlinearError `unknown-model` when the model has not been added yet
   */
  static async open(resources: string, models: string, id: string, startProcess?: StartProcess): Promise<TextModel> {
    const folder = await mkdtemp(join(tmpdir(), 'interlinear-bench-'));
    await mkdir(join(folder, 'runs'));
    const engine = new Engine({
      resources,
      runs: join(folder, 'runs'),
      models,
      appVersion: 'bench',
      ...(startProcess && { startProcess }),
    });
    if (!(await engine.models()).some((model) => model.id === id)) {
      const hint = `Add it first: npm run -s interlinear -- models add ${id}`;
      throw new InterlinearError('unknown-model', `The model ${id} is not installed.`, hint);
    }
    return new TextModel(engine, folder, id);
  }

  /** A client as a window has one. Whoever asks for it closes it. */
  connect(): EngineClient {
    const { client, engine } = createMemoryPair();
    this.engine.connect(engine, 'window');
    return new EngineClient(client);
  }

  /** One run, recorded with every residual stream. @param tick awaited after the steps of every tick */
  async run(
    prompt: string,
    lanes: readonly LaneSettingsInput[],
    tick: () => Promise<void> = () => Promise.resolve(),
  ): Promise<{ info: RunInfo; outcome: RunOutcome; lanes: readonly LaneRecord[] }> {
    const records = new Map<number, LaneRecord>();
    const request = runRequestSchema.parse({ model: this.id, prompt, lanes });
    const started = await this.engine.start(request, {
      push: (event) => {
        if (event.type === 'lane') records.set(event.record.lane, event.record);
      },
      ready: tick,
    });
    const { info, outcome } = await started.finished;
    await this.engine.close(started.run);
    if (outcome.status !== 'done') throw new Error(`A run ended as ${outcome.status}: ${outcome.error?.message ?? ''}`);
    this.computedBy = info.engine;
    return { info, outcome, lanes: [...records.values()] };
  }

  async dispose(): Promise<void> {
    await this.engine.dispose();
    await rm(this.folder, { recursive: true });
  }
}

/** A text of about so many tokens of ordinary English. */
export function textOf(tokens: number): string {
  const sentence = 'The river bends past the old mill and the fields where they used to grow barley before the war. ';
  return sentence
    .repeat(Math.ceil(tokens / 20))
    .split(' ')
    .slice(0, Math.max(1, Math.round(tokens * 0.95)))
    .join(' ');
}
