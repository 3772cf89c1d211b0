import { afterAll, beforeAll } from 'vitest';
import type { InferenceSession } from 'onnxruntime-node';
import { GraphBuilder, weightsInMemory } from '../../graph/graph-builder';
import { createSession } from '../onnx-session';
import { testDevice } from './test-device';

/** With its last session WebGPU forgets the shaders it compiled, which is most of its work in tests: one is kept as long as a file of tests runs. */
let kept: InferenceSession;

beforeAll(async () => {
  const graph = new GraphBuilder(new Map());
  const x = graph.input('x', [1]);
  graph.output('sum', graph.node('Add', [x, x]), [1]);
  kept = await createSession(graph.build('kept'), weightsInMemory(new Uint8Array(1), new Map()), { device: testDevice, threads: 1 });
});
afterAll(async () => {
  await kept.release();
});
