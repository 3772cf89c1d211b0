import type { Activation } from '../../graph/decoder-spec';
import { notSupported } from './problems';

/** Activations by the names transformers gives them. */
const names: ReadonlyMap<string, Activation> = new Map([
  ['silu', 'silu'],
  ['swish', 'silu'],
  ['gelu', 'gelu'],
  ['gelu_new', 'gelu-tanh'],
  ['gelu_pytorch_tanh', 'gelu-tanh'],
]);

/** @throws InterlinearError `unsupported` */
export function activationFromConfig(name: string): Activation {
  const activation = names.get(name);
  if (activation) return activation;
  throw notSupported('config.json', `the activation “${name}” is not supported.`);
}
