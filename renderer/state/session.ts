import type { ShellApi, Workspace } from '../../main/contract/shell';
import type { WorkspaceState, WorkspaceStore } from './workspace-store';
import { makeLane, type WorkspaceDocument } from './workspace-document';

const saveMilliseconds = 500;

/** The session file's form of the workspace. `traces` are the rows that can be opened again. */
function toSession(state: WorkspaceState, traces: readonly string[]): Workspace {
  const { document } = state;
  return {
    schema: 1,
    prompt: document.prompt,
    chat: document.chat,
    drafts: { ...document.drafts },
    lanes: document.lanes.map((lane) => lane.settings),
    seed: document.seed,
    schedule: document.schedule,
    device: document.device,
    model: document.model,
    theme: state.theme,
    inspector: state.inspector,
    traces: [...traces],
    panels: { ...state.panels },
  };
}

/** The workspace a session file describes, before its traces are opened. */
export function fromSession(session: Workspace): WorkspaceDocument {
  return {
    prompt: session.prompt,
    chat: session.chat,
    drafts: session.drafts,
    lanes: session.lanes.map(makeLane),
    seed: session.seed,
    schedule: session.schedule,
    device: session.device,
    model: session.model,
    rows: [],
  };
}

/** Saves the session a short while after the last change. */
export class SessionSaver {
  readonly #shell: ShellApi;
  readonly #workspace: WorkspaceStore;
  readonly #traces: () => readonly string[];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #saved = '';

  constructor(shell: ShellApi, workspace: WorkspaceStore, traces: () => readonly string[]) {
    this.#shell = shell;
    this.#workspace = workspace;
    this.#traces = traces;
  }

  get pending(): boolean {
    return this.#timer !== null;
  }

  schedule(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#save();
    }, saveMilliseconds);
  }

  #save(): void {
    const session = toSession(this.#workspace.store.getState(), this.#traces());
    const text = JSON.stringify(session);
    if (text === this.#saved) return;
    this.#saved = text;
    // A session that cannot be saved is no reason to interrupt work: the next change tries again.
    this.#shell.saveWorkspace(session).then(
      (reply) => {
        if (!reply.ok) this.#saved = '';
      },
      () => {
        this.#saved = '';
      },
    );
  }
}
