import type { Device } from '../../main/contract/model';

/** Devices as people call them. */
export const deviceNames: Record<Device, string> = { cpu: 'CPU', webgpu: 'WebGPU', cuda: 'CUDA', dml: 'DirectML', coreml: 'Core ML' };
