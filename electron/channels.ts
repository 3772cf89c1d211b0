/** Calls from the preload to the shell; each has one answer. */
export const calls = {
  connectEngine: 'engine.connect',
  watchEngine: 'engine.watch',
  restartEngine: 'engine.restart',
  loadWorkspace: 'workspace.load',
  saveWorkspace: 'workspace.save',
  chooseTrace: 'trace.choose',
  openDropped: 'drop.open',
  chooseModel: 'model.choose',
  watchTraces: 'trace.watch',
  exportRun: 'run.export',
  saveFile: 'file.save',
  copyText: 'text.copy',
} as const;
export type Call = (typeof calls)[keyof typeof calls];

/** What the shell sends to the window's preload of its own accord. */
export const notices = {
  enginePort: 'engine.port',
  engineStatus: 'engine.status',
  openTrace: 'trace.open',
  menu: 'menu.command',
} as const;
export type Notice = (typeof notices)[keyof typeof notices];
