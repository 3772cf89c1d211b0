import { createContext, use } from 'react';
import type { ShellApi } from '../../main/contract/shell';
import type { Activity } from './activity';
import type { Checks } from './checks';
import type { CursorStore } from './cursor-store';
import type { Devices } from './devices';
import type { EngineConnection } from './engine-connection';
import type { FrameClock } from './frame-clock';
import type { Library } from './library';
import type { Memory } from './memory';
import type { PromptChecker } from './prompt-check';
import type { RunStore } from './run-store';
import type { WorkspaceStore } from './workspace-store';

/** Everything commands and views work with: made once for the window, passed in, never imported. */
export interface Services {
  readonly shell: ShellApi;
  readonly engine: EngineConnection;
  readonly runs: RunStore;
  readonly workspace: WorkspaceStore;
  readonly cursor: CursorStore;
  readonly checker: PromptChecker;
  readonly library: Library;
  readonly devices: Devices;
  readonly checks: Checks;
  readonly memory: Memory;
  /** Work that measures or moves the page waits for it, so that it is done together. */
  readonly clock: FrameClock;
  readonly activity: Activity;
}

export const ServicesContext = createContext<Services | null>(null);

/** @throws Error outside the window's provider */
export function useServices(): Services {
  const services = use(ServicesContext);
  if (services === null) throw new Error('useServices needs a ServicesContext above it');
  return services;
}
