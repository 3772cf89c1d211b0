import type { TapName } from './journal-format';

/**
 * Names in `tensors.safetensors`. For every branch that has such tensors: the values, one row per step that has one, and the
 * indices of those steps.
 */
export function tensorNames(lane: number, branch: number, tap: TapName): { readonly values: string; readonly steps: string } {
  const prefix = `lane${lane}.branch${branch}`;
  return tap === 'residual'
    ? { values: `${prefix}.residual`, steps: `${prefix}.residual_steps` }
    : { values: `${prefix}.thoughts`, steps: `${prefix}.thought_steps` };
}
