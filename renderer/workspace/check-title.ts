import { deviceNames } from '../../main/contract/devices';
import type { CheckOf } from '../state/checks';

/** "checking SmolLM2 on WebGPU" */
export function checkTitle({ device }: CheckOf, name: string): string {
  return device === null ? `verifying ${name}` : `checking ${name} on ${deviceNames[device]}`;
}
