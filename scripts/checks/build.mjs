import { ensureBuild } from '../bootstrap/build.mjs';
import { SetUpError } from '../bootstrap/say.mjs';
import { oneTest } from './outcome.mjs';

export const build = {
  name: 'build',
  proves: 'main process, preload and page can be built',
  async run() {
    try {
      await ensureBuild();
      return oneTest(true);
    } catch (error) {
      if (!(error instanceof SetUpError)) throw error;
      console.error(error.message);
      return oneTest(false);
    }
  },
};
