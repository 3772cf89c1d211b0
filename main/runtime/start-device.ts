import type { Device } from '../contract/devices';
import { GraphBuilder, weightsInMemory } from '../graph/graph-builder';
import { createSession, floats, floatsOf } from './onnx-session';

/** Starts a device on the smallest of graphs and computes with it. @throws InterlinearError `unsupported`, or whatever the runtime throws */
export async function startDevice(device: Device): Promise<void> {
  const graph = new GraphBuilder(new Map());
  const x = graph.input('x', [2]);
  graph.output('sum', graph.node('Add', [x, x]), [2]);
  const session = await createSession(graph.build('probe'), weightsInMemory(new Uint8Array(1), new Map()), { device, threads: 1 });
  const sum = floatsOf(await session.run({ x: floats(Float32Array.of(1.5, -2), 2) }), 'sum');
  await session.release();
  if (sum[0] !== 3 || sum[1] !== -4) throw new Error(`1.5 + 1.5 and -2 - 2 gave ${sum.join(' and ')}`);
}
