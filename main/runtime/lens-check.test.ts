import { expect, it } from 'vitest';
import type { Decoder, PassOutput } from './decoder';
import { LensCheck } from './lens-check';
import { fakeModel } from './testing/fake-model';

async function checked(spoil: (pass: PassOutput) => PassOutput, lens?: Decoder['lens']) {
  const { decoder } = fakeModel();
  const { cache, last: output } = await decoder.prefill([0, 1]);
  cache.dispose();
  const check = new LensCheck();
  const { residual, logits } = spoil(output);
  check.keep({ last: residual.subarray(-decoder.width), logits });
  expect(check.wantsMore(1)).toBe(false);
  if (lens) decoder.lens = lens;
  return check.result(decoder);
}

it('reads the streams it kept when the run is over', async () => {
  expect(await checked((pass) => pass)).toMatchObject({ passed: true, maximumDifference: 0, compared: 'all logits of the first pass' });
});

it('is red when stream and logits do not belong together, and when the lens cannot be read', async () => {
  expect(await checked((pass) => ({ ...pass, logits: pass.logits.map((logit) => logit + 0.01) }))).toMatchObject({ passed: false });
  const failed = await checked(
    (pass) => pass,
    () => Promise.reject(new Error('The file is gone')),
  );
  expect(failed.passed).toBe(false);
  expect(failed.compared).toContain('reading the lens failed');
});

it('compares each of several streams with its own logits', async () => {
  const { decoder } = fakeModel();
  const compare = async (change: number) => {
    const check = new LensCheck();
    for (const [i, ids] of [[0, 1], [2, 3, 1], [4]].entries()) {
      const { cache, last } = await decoder.prefill(ids);
      cache.dispose();
      const logits = last.logits.map((logit) => logit + (i === 1 ? change : 0));
      check.keep({ last: last.residual.subarray(-decoder.width), logits });
    }
    return check.result(decoder);
  };
  expect(await compare(0)).toMatchObject({ passed: true, maximumDifference: 0, compared: 'all logits of the first 3 passes' });
  expect(await compare(0.25)).toMatchObject({ passed: false, maximumDifference: 0.25 });
});
