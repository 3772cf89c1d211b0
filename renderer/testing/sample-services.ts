import { toErrorReport } from '../../main/contract/errors';
import type { InstalledModel } from '../../main/contract/library';
import type { LoadProgress } from '../../main/contract/load-progress';
import type { ModelSummary } from '../../main/contract/model';
import {
  type ClientMessage,
  type EngineMessage,
  protocolVersion,
  type RequestName,
  type RequestParameters,
  type Transport,
} from '../../main/contract/protocol';
import type { ShellApi } from '../../main/contract/shell';
import { Activity } from '../state/activity';
import { Checks } from '../state/checks';
import { CursorStore } from '../state/cursor-store';
import { Devices } from '../state/devices';
import { EngineConnection } from '../state/engine-connection';
import { FrameClock } from '../state/frame-clock';
import { Library } from '../state/library';
import { Memory } from '../state/memory';
import { PromptChecker } from '../state/prompt-check';
import { RunStore } from '../state/run-store';
import type { Services } from '../state/services';
import { WorkspaceStore } from '../state/workspace-store';
import { sampleRun } from './sample-run';

/** Answers to requests, by name; what is not given fails. */
export type SampleEngine = {
  readonly [Name in RequestName]?: (parameters: RequestParameters<Name>, onLoad: (progress: LoadProgress) => void) => unknown;
};

function transportTo(engine: SampleEngine): Transport<ClientMessage, EngineMessage> {
  const answers = new Map<string, (parameters: never, onLoad: (progress: LoadProgress) => void) => unknown>(Object.entries(engine));
  let listener: (message: EngineMessage) => void = () => undefined;
  const answer = async (id: number, name: string, parameters: unknown): Promise<unknown> => {
    const found = answers.get(name);
    if (found === undefined) throw new Error(`The sample engine does not answer ${name}`);
    return found(parameters as never, (progress) => {
      listener({ type: 'progress', id, progress });
    });
  };
  return {
    send: (message) => {
      if (message.type !== 'request') return;
      const { id } = message;
      answer(id, message.name, message.parameters).then(
        (result) => {
          listener({ type: 'result', id, result });
        },
        (thrown: unknown) => {
          listener({ type: 'error', id, error: toErrorReport(thrown) });
        },
      );
    },
    onMessage: (added) => {
      listener = added;
      return () => undefined;
    },
    onClose: () => () => undefined,
    close: () => undefined,
  };
}

export const sampleKin: ModelSummary = sampleRun().info.model;

export function sampleInstalled(summary: ModelSummary, changes: Partial<InstalledModel> = {}): InstalledModel {
  return {
    summary,
    source: 'file model.gguf',
    importedAt: '2026-11-24T12:00:00.000Z',
    builtIn: false,
    parity: [],
    notes: [],
    damage: null,
    ...changes,
  };
}

/** The state of a window over an engine that answers what it is told to, connected and ready. */
export async function sampleServices(
  models: readonly ModelSummary[],
  engine: SampleEngine = {},
  shell: Partial<ShellApi> = {},
): Promise<Services> {
  const clock = new FrameClock();
  const checks = new Checks();
  const connection = new EngineConnection({ onEvents: () => Promise.resolve(), onLost: () => undefined, onReady: () => undefined });
  const services: Services = {
    shell: { platform: 'linux', ...shell } as ShellApi,
    engine: connection,
    runs: new RunStore(clock),
    workspace: new WorkspaceStore(),
    cursor: new CursorStore(),
    checker: new PromptChecker(connection.request),
    devices: new Devices(connection.request, checks),
    checks,
    memory: new Memory(connection.request),
    library: new Library(connection.request, checks, { onChanged: () => connection.refresh(), onEnded: () => undefined }),
    clock,
    activity: new Activity(),
  };
  await reconnect(services, models, engine);
  return services;
}

/** Another engine in place of the one before. */
export async function reconnect({ engine: connection }: Services, models: readonly ModelSummary[], engine: SampleEngine): Promise<void> {
  const hello = () => ({ protocol: protocolVersion, engine: 'sample', models: [...models], presets: [] });
  await connection.connect(transportTo({ hello, ...engine }));
}
