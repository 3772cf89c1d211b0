import { z } from 'zod';
import type { ErrorReport } from './errors';
import { laneSettingsSchema, maximumLanes } from './lanes';
import { deviceChoices } from './devices';
import { chatSchema } from './model';
import { schedules } from './run';

/** State of the engine process as the shell's supervisor sees it. */
export const engineStatusSchema = z.discriminatedUnion('state', [
  z.object({ state: z.literal('starting') }),
  z.object({ state: z.literal('ready') }),
  /** The process ended; `restarting` says whether another is on its way. */
  z.object({ state: z.literal('lost'), reason: z.string(), restarting: z.boolean() }),
]);
export type EngineStatus = z.infer<typeof engineStatusSchema>;

/** What is kept between launches. Unknown or damaged files fall back to the defaults, never to a crash. */
export const workspaceSchema = z.object({
  schema: z.literal(1),
  prompt: z.string().max(200_000).default(''),
  chat: chatSchema.nullable().default(null),
  /** What was last written for models other than `model`, by their id. */
  drafts: z.record(z.string(), z.object({ prompt: z.string().max(200_000), chat: chatSchema.nullable() })).default({}),
  lanes: z.array(laneSettingsSchema).max(maximumLanes).default([]),
  seed: z.number().int().min(0).max(0xffff_ffff).default(7),
  schedule: z.enum(schedules).default('lockstep'),
  device: z.enum(deviceChoices).default('auto'),
  model: z.string().default('kin'),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  inspector: z.string().default('candidates'),
  /** Traces on screen, top row first, to be opened again at start. */
  traces: z.array(z.string()).max(4).default([]),
  /** Heights and widths of panels, in percent, by panel id. */
  panels: z.record(z.string(), z.number()).default({}),
});
export type Workspace = z.infer<typeof workspaceSchema>;

export const saveFileSchema = z.strictObject({
  name: z.string().max(120),
  kind: z.enum(['png', 'svg', 'csv', 'npy']),
  data: z.union([z.string(), z.instanceof(Uint8Array)]),
});
export type SaveFile = z.infer<typeof saveFileSchema>;

/** A checkpoint on disk that the window may import by `grant`; `name` is for people. */
export interface GrantedModel {
  readonly grant: string;
  readonly name: string;
}

/** What the open dialog for checkpoints offers: most systems cannot offer both in one. */
export const modelChoices = ['file', 'folder'] as const;
export type ModelChoice = (typeof modelChoices)[number];

/** What a file or folder dropped on the window turned out to be. */
export type Dropped = { readonly kind: 'trace'; readonly trace: string } | ({ readonly kind: 'model' } & GrantedModel);

/** A value or a typed error: what every call to the shell returns. */
export type Reply<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: ErrorReport };

/** Commands the shell's menu sends to the window. */
export const menuCommands = [
  'run',
  'stop',
  'open',
  'export-bundle',
  'export-csv',
  'undo',
  'redo',
  'palette',
  'keys',
  'add-lane',
  'pin-run',
  'models',
] as const;
export type MenuCommand = (typeof menuCommands)[number];

/**
 * `window.interlinear`: all the sandboxed window can do outside its page. The engine's MessagePort arrives as a
 * `message` event on `window` with data `enginePortMessage` and one port, after `connectEngine` and after each restart.
 */
export interface ShellApi {
  readonly platform: string;
  /** Asks for the engine's port. Starts the engine again where it was given up on (`lost` and not `restarting`). */
  connectEngine(): Promise<Reply<null>>;
  /** Ends the engine with whatever it does, and starts another: the way to take a model out of memory, or to stop one on its way in. */
  restartEngine(): Promise<Reply<null>>;
  /** Calls back at once with the current status, then on every change. Returns its unsubscribe. */
  onEngineStatus(listener: (status: EngineStatus) => void): () => void;
  loadWorkspace(): Promise<Reply<Workspace | null>>;
  saveWorkspace(workspace: Workspace): Promise<Reply<null>>;
  /** Shows the open dialog; null when the user cancels. */
  chooseTrace(): Promise<Reply<{ trace: string } | null>>;
  /** A file or folder dropped on the window: a trace to open, or a checkpoint to import. */
  openDropped(file: File): Promise<Reply<Dropped>>;
  /** Shows the open dialog for a checkpoint: a `.gguf` file, or a folder as published; null when the user cancels. */
  chooseModel(kind: ModelChoice): Promise<Reply<GrantedModel | null>>;
  /** A trace opened by double click, menu, second instance or command line. Returns its unsubscribe. */
  onOpenTrace(listener: (reply: Reply<{ trace: string }>) => void): () => void;
  onMenu(listener: (command: MenuCommand) => void): () => void;
  /** Shows the save dialog for a run; null when the user cancels. */
  exportRun(run: string, format: 'bundle' | 'csv'): Promise<Reply<{ name: string; bytes: number } | null>>;
  /** Shows the save dialog for a picture or table made in the window; null when the user cancels. */
  saveFile(file: SaveFile): Promise<Reply<{ name: string } | null>>;
  copyText(text: string): Promise<Reply<null>>;
}

export const enginePortMessage = 'interlinear:engine-port';
