import { expect, it } from 'vitest';
import type { Decoder, LoadedModel, PassOutput } from './decoder';
import { checkDevice } from './check-device';
import { loadModel } from './load-model';
import { join } from 'node:path';

const kin = join(import.meta.dirname, '../../resources/models/kin');

/** The model on a device whose passes differ from those of a sound one. */
function broken(model: LoadedModel, change: Partial<Decoder>): LoadedModel {
  const get = (decoder: Decoder, name: string | symbol): unknown => {
    const changed: unknown = Reflect.get(change, name);
    const value: unknown = changed ?? Reflect.get(decoder, name);
    return typeof value === 'function' && changed === undefined ? (value.bind(decoder) as unknown) : value;
  };
  return { ...model, decoder: new Proxy(model.decoder, { get }) };
}

it('passes a sound device, and each check fails one that computes wrongly in its own way', async () => {
  const model = await loadModel(kin, { device: 'cpu', threads: 1 });
  const { decoder } = model;
  const failed = async (checked: LoadedModel): Promise<string[]> =>
    (await checkDevice(checked)).flatMap(({ name, passed }) => (passed ? [] : [name]));
  const spoil = (output: PassOutput): PassOutput => ({ ...output, logits: output.logits.map((logit) => logit + 0.01) });
  try {
    expect((await checkDevice(model)).map(({ name, passed }) => [name, passed])).toEqual([
      ['lastLayerLensEqualsLogits', true],
      ['cachedEqualsUncached', true],
      ['equalsReference', true],
    ]);
    const lenses: Decoder['lenses'] = async (residuals) => (await decoder.lenses(residuals)).map((logit) => logit * 1.01);
    expect(await failed(broken(model, { lenses }))).toEqual(['lastLayerLensEqualsLogits']);
    const step: Decoder['step'] = async (prompt, rows) => (await decoder.step(prompt, rows)).map(spoil);
    expect(await failed(broken(model, { step }))).toEqual(['cachedEqualsUncached']);
    const embedding: Decoder['embedding'] = (token) => decoder.embedding((token + 1) % decoder.vocabulary);
    expect(await failed(broken(model, { embedding }))).toContain('equalsReference');
    expect(await failed({ ...model, reference: null })).toEqual(['equalsReference']);
  } finally {
    await decoder.dispose();
  }
});
