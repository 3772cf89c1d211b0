import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseShellArguments } from './shell-arguments';

const here = resolve('/work');
const parse = (...argv: string[]) => parseShellArguments(['/opt/electron', ...argv], here);

describe('the command line', () => {
  it('asks for nothing by default, whatever Chromium and launchers add', () => {
    expect(parse('--no-sandbox', '--inspect=0', '/app/folder', '--log-level=3')).toEqual({
      traces: [],
      demo: null,
      resources: null,
      userData: null,
    });
  });

  it('takes traces as a switch or as a plain argument, relative to where it was started', () => {
    expect(parse('/app', '--trace=a.interlinear', 'b.interlinear', '/c/d.interlinear/').traces).toEqual([
      resolve(here, 'a.interlinear'),
      resolve(here, 'b.interlinear'),
      resolve('/c/d.interlinear'),
    ]);
  });

  it('does not take a switch for a trace', () => {
    expect(parse('--log-file=x.interlinear').traces).toEqual([]);
  });

  it('reads folders, the last one winning, and passes over empty values', () => {
    expect(parse('--demo=out', '--demo=/tmp/demo', '--resources=', '--user-data-dir=data')).toEqual({
      traces: [],
      demo: resolve('/tmp/demo'),
      resources: null,
      userData: resolve(here, 'data'),
    });
  });

  it('does not read the executable as an argument', () => {
    expect(parseShellArguments(['/opt/x.interlinear'], here).traces).toEqual([]);
  });
});
