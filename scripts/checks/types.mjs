import { oneTest } from './outcome.mjs';
import { runTool } from './tool.mjs';

export const types = {
  name: 'types',
  proves: 'TypeScript agrees, strictly',
  async run() {
    const { code } = await runTool('typescript', ['--noEmit'], { command: 'tsc' });
    return oneTest(code === 0);
  },
};
