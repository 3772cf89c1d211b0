import type { Quantization } from '../../../main/contract/library';

/** What each choice makes of the weights, in one line. */
export const quantizationNames: Record<Quantization, { readonly label: string; readonly note: string }> = {
  auto: { label: 'auto', note: 'As the file has them where that can be kept; others int8, or f32 in a small model' },
  int4: { label: 'int4', note: '4 bits a weight: smallest and fastest, answers change a little' },
  int8: { label: 'int8', note: '8 bits a weight: twice the size of int4, answers hardly change' },
  f16: { label: 'f16', note: '16 bits a weight: as most models are published' },
  f32: { label: 'f32', note: '32 bits a weight: exact, for parity; largest and slowest' },
};
