/**
 * Stands in for Electron's own default app in the fallback runtime, which came without one: loads the app in the
 * folder named by the first argument that is not a switch, the way `electron <folder>` does.
 *
 * This has to be a module with a top-level await: Electron holds back `ready` until it is done, and the app needs that
 * time to register its protocol.
 */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { app } from 'electron';

const folder = process.argv.slice(1).find((argument) => !argument.startsWith('-'));
if (folder === undefined) {
  process.stderr.write('This Electron has no app of its own: name the folder of the app to load.\n');
  app.exit(1);
} else {
  const appPath = resolve(folder);
  const description = JSON.parse(readFileSync(join(appPath, 'package.json'), 'utf8'));
  Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true });
  app.setName(description.productName ?? description.name);
  app.setVersion(description.version ?? '0.0.0');
  app.setAppPath(appPath);
  // Electron chose this folder before it knew the app's name.
  app.setPath('userData', join(app.getPath('appData'), app.getName()));
  try {
    await import(pathToFileURL(join(appPath, description.main ?? 'index.js')).href);
  } catch (error) {
    process.stderr.write(`The app in ${appPath} could not be started:\n${error?.stack ?? error}\n`);
    app.exit(1);
  }
}
