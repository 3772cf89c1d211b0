import { oneTest } from './outcome.mjs';
import { runTool } from './tool.mjs';

export const deadCode = {
  name: 'dead-code',
  proves: 'every file, export and dependency is used (knip)',
  async run() {
    const { code } = await runTool('knip', ['--no-progress']);
    return oneTest(code === 0);
  },
};
