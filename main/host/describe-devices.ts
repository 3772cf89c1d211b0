import type { ModelParity } from '../contract/library';
import { type DeviceSummary, deviceNames } from '../contract/model';
import { ladder, type StartingDevices } from '../runtime/devices';

/** Every device there is, the CPU first, and what is known of it here and with a model. Tries those that have not been tried. */
export async function describeDevices(starting: StartingDevices, parity: readonly ModelParity[]): Promise<DeviceSummary[]> {
  return Promise.all(
    ladder.toReversed().map(async (id): Promise<DeviceSummary> => {
      const name = deviceNames[id];
      if (!starting.brought.has(id)) return { id, name, state: 'absent', note: 'Not here: the runtime does not bring it on this system.' };
      const problem = await starting.problem(id);
      if (problem !== null) return { id, name, state: 'not-started', note: problem };
      const found = parity.find(({ device }) => device === id);
      if (!found) return { id, name, state: 'unchecked', note: 'Not checked yet: the first run compares it with the model’s reference.' };
      const { maximumDifference, passed } = found;
      // A difference that could not be measured is written as the largest number there is.
      if (maximumDifference === Number.MAX_VALUE)
        return { id, name, state: 'failed', note: 'Failed: it could not be compared with the model’s reference.' };
      const difference = `largest difference from the model’s reference ${maximumDifference.toExponential(1)}`;
      return passed
        ? { id, name, state: 'passed', note: `Passed: ${difference}.` }
        : { id, name, state: 'failed', note: `Failed: ${difference}.` };
    }),
  );
}
