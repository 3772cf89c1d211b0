/** Programs built beside the engine that work for it in processes of their own. */
export const sidePrograms = ['importer', 'lens-reader'] as const;
export type SideProgram = (typeof sidePrograms)[number];

/** A process that works for the engine, whoever starts it. */
export interface SideProcess {
  send(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
  /** Called when the process has ended, by itself or not, or could not be started. */
  onGone(listener: () => void): void;
  kill(): void;
}

export type StartProcess = (program: SideProgram) => SideProcess;
