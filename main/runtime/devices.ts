import { listSupportedBackends } from 'onnxruntime-node';
import { type Device, devices, type DeviceSummary } from '../contract/model';

const names: Readonly<Record<Device, string>> = {
  cpu: 'CPU',
  webgpu: 'WebGPU',
  cuda: 'CUDA',
  dml: 'DirectML',
  coreml: 'Core ML',
};

/**
 * Every device this app knows and whether models can be run on it here. A device is offered only after its passes have been
 * compared with the reference; in this version that is the CPU alone, even where the runtime brings a backend for another.
 */
export function listDevices(): DeviceSummary[] {
  const brought = new Set(listSupportedBackends().map(({ name }) => name));
  return devices.map((id) => {
    if (id === 'cpu') return { id, name: names[id], available: true, note: 'Compared with PyTorch' };
    const note = brought.has(id)
      ? 'The runtime brings it, but it has not been compared with the reference yet'
      : 'The runtime does not bring it on this system';
    return { id, name: names[id], available: false, note };
  });
}
