import { type Device, devices } from '../../contract/devices';

/**
 * The device parity tests run on: the CPU, or the one `INTERLINEAR_TEST_DEVICE` names (`npm test -- webgpu`). What does not start there
 * fails the tests: a comparison that was not made must not look like one that passed.
 */
export const testDevice: Device = devices.find((device) => device === process.env['INTERLINEAR_TEST_DEVICE']) ?? 'cpu';
