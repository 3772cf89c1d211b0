import { join } from 'node:path';
import { app, BrowserWindow } from 'electron';
import { setupApplicationMenu } from './application-menu';
import { setupDemo } from './demo';
import { setupDrops } from './drops';
import { EngineService, engineFolders, setupEngine } from './engine-service';
import { GrantedTraces, grantedTracesSchema } from './granted-traces';
import { JsonFile } from './json-file';
import { createMainWindow, focusMainWindow } from './main-window';
import { setupModels } from './models';
import { setupPageProtocol, setupPageScheme } from './page-protocol';
import { setupSaving } from './saving';
import { setupConfinement, setupSession } from './security';
import { parseShellArguments } from './shell-arguments';
import { setupSingleInstance } from './single-instance';
import { TraceInbox } from './trace-inbox';
import { setupOpenFile, setupTraces } from './traces';
import { setupUserData } from './user-data';
import { setupWorkspace } from './workspace';

const launch = parseShellArguments(process.argv, process.cwd());
setupUserData(launch);

const granted = new GrantedTraces(new JsonFile(join(app.getPath('userData'), 'traces.json'), grantedTracesSchema));
const engine = new EngineService(engineFolders(launch.resources), (client) => granted.grantAgain(client));
const inbox = new TraceInbox(async (path) => granted.grant(await engine.client(), path));

const grantModel = async (path: string) => (await engine.client()).request('models.grant', { path });

async function start(): Promise<void> {
  setupSession();
  await setupPageProtocol();
  setupApplicationMenu(() => {
    engine.start();
  });
  setupEngine(engine);
  setupWorkspace();
  setupTraces(inbox, launch.traces);
  setupModels(grantModel);
  setupDrops(inbox, grantModel);
  setupSaving(engine);
  if (launch.demo === null) createMainWindow();
  else setupDemo(engine, launch.demo);

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) createMainWindow();
  });
}

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});

// Nothing here may wait for `ready` at the top level: Electron holds it back until this module has been evaluated.
if (setupSingleInstance(launch, inbox, focusMainWindow)) {
  setupPageScheme();
  setupConfinement();
  setupOpenFile(inbox);
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      process.stderr.write(`Interlinear could not start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      app.exit(1);
    });
} else {
  app.quit();
}
