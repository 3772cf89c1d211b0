import { resolve } from 'node:path';

/** What the command line asks of the shell. Paths are absolute. */
export interface ShellArguments {
  /** Bundles to open: `--trace=PATH`, or any argument that ends in `.interlinear` (a double click on Windows and Linux). */
  readonly traces: readonly string[];
  /** `--demo=FOLDER`: run the default prompt, leave table, bundle and picture, and end. */
  readonly demo: string | null;
  /** `--resources=FOLDER`: models from elsewhere; heeded only by an unpackaged app, for tests. */
  readonly resources: string | null;
  /** Chromium's own `--user-data-dir=FOLDER`: settings and recorded runs live there. */
  readonly userData: string | null;
}

const bundleEnding = /\.interlinear[/\\]?$/;

/**
 * Only arguments known here count; Chromium's switches, the app's folder (`electron FOLDER`) and whatever a launcher adds
 * are passed over.
 * @param argv as in `process.argv`: the executable first
 */
export function parseShellArguments(argv: readonly string[], workingDirectory: string): ShellArguments {
  const [, ...rest] = argv;
  const values = (name: string): string[] =>
    rest
      .filter((argument) => argument.startsWith(`--${name}=`))
      .map((argument) => argument.slice(name.length + 3))
      .filter((value) => value !== '')
      .map((value) => resolve(workingDirectory, value));
  const positional = rest.filter((argument) => !argument.startsWith('-') && bundleEnding.test(argument));
  return {
    traces: [...values('trace'), ...positional.map((path) => resolve(workingDirectory, path))],
    demo: values('demo').at(-1) ?? null,
    resources: values('resources').at(-1) ?? null,
    userData: values('user-data-dir').at(-1) ?? null,
  };
}
