import type { ModelParity } from '../contract/library';
import { deviceNames } from '../contract/devices';
import type { DeviceSummary } from '../contract/model';
import { ladder, type StartingDevices } from '../runtime/devices';

/** Every device there is, the CPU first, and what is known of it here and with a model. Tries those that have not been tried. */
export async function describeDevices(starting: StartingDevices, parity: readonly ModelParity[]): Promise<DeviceSummary[]> {
  return Promise.all(
    ladder.toReversed().map(async (id): Promise<DeviceSummary> => {
      const name = deviceNames[id];
      if (!starting.brought.has(id))
        return { id, name, state: 'absent', note: 'Not here: the runtime does not bring it on this system.', timesCpu: null };
      const problem = await starting.problem(id);
      // The name stands beside it.
      if (problem !== null) return { id, name, state: 'not-started', note: problem.replace(`${name} did`, 'Did'), timesCpu: null };
      const found = parity.find(({ device }) => device === id);
      if (!found)
        return {
          id,
          name,
          state: 'unchecked',
          note: 'Not checked yet: the first run compares it with the model’s reference.',
          timesCpu: null,
        };
      const timesCpu = found.speed?.timesCpu ?? null;
      return { id, name, state: found.passed ? 'passed' : 'failed', note: `${foundNote(found)}${speedNote(found)}`, timesCpu };
    }),
  );
}

function foundNote({ passed, maximumDifference, exact }: ModelParity): string {
  const verdict = passed ? 'Passed' : 'Failed';
  // A difference that could not be measured is written as the largest number there is.
  if ([maximumDifference, exact?.maximumDifference].includes(Number.MAX_VALUE))
    return `${verdict}: it could not be compared with the model’s reference.`;
  const asItRuns = maximumDifference.toExponential(1);
  return exact
    ? `${verdict}: ${exact.maximumDifference.toExponential(1)} from the model’s reference with nothing rounded to 8 bits, ${asItRuns} as it runs.`
    : `${verdict}: largest difference from the model’s reference ${asItRuns}.`;
}

function speedNote({ device, speed }: ModelParity): string {
  if (!speed) return '';
  const tokens = `${speed.tokensPerSecond.toFixed(speed.tokensPerSecond < 10 ? 1 : 0)} tokens/s`;
  return device === 'cpu' ? ` ${tokens}.` : ` ${tokens}, ${Number(speed.timesCpu.toPrecision(2))} times the CPU’s.`;
}
