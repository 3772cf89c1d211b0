import type { ModelParity } from '../contract/library';

/** What was found on a device, in a line. */
export function parityText({ passed, maximumDifference, exact, speed }: ModelParity): string {
  const parts = [
    passed ? 'passed' : 'FAILED',
    ...(exact ? [`${exact.maximumDifference.toPrecision(3)} of ${exact.tolerance} with nothing rounded to 8 bits`] : []),
    `largest difference as it runs ${maximumDifference.toPrecision(3)}`,
    ...(speed ? [`${speed.tokensPerSecond.toFixed(1)} tokens/s`] : []),
  ];
  return parts.join(', ');
}
