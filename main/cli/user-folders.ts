import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder in which the app keeps its runs, so that a run made in the terminal is among the window's recent ones. */
export function defaultRunsFolder(platform: NodeJS.Platform = process.platform, environment: NodeJS.ProcessEnv = process.env): string {
  return join(applicationData(platform, environment), 'Interlinear', 'runs');
}

/** The folder in which the app keeps imported models; `INTERLINEAR_MODELS` names another. */
export function defaultModelsFolder(platform: NodeJS.Platform = process.platform, environment: NodeJS.ProcessEnv = process.env): string {
  return environment['INTERLINEAR_MODELS'] ?? join(applicationData(platform, environment), 'Interlinear', 'models');
}

function applicationData(platform: NodeJS.Platform, environment: NodeJS.ProcessEnv): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  if (platform === 'win32') return environment['APPDATA'] ?? join(homedir(), 'AppData', 'Roaming');
  return environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
}
