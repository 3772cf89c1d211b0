import { oneTest } from './outcome.mjs';
import { runTool } from './tool.mjs';

export const lint = {
  name: 'lint',
  proves: 'no `any`, no unhandled promise, no raw channel outside its wrapper (oxlint, with types)',
  async run() {
    const { code } = await runTool('oxlint', []);
    return oneTest(code === 0);
  },
};

export const format = {
  name: 'format',
  proves: 'files are formatted (repair with: npx oxfmt)',
  async run() {
    const { code } = await runTool('oxfmt', ['--check', '.']);
    return oneTest(code === 0);
  },
};
