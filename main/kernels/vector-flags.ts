/**
 * Flags of V8 that have it make one instruction with vectors of 256 bits of two alike with 128, as assembly/wide-products.ts is written
 * for. Newer versions do not know the second, which they do without being told; a flag that is not known ends the list, so it is last.
 */
export const vectorFlags = ['--experimental-wasm-revectorize', '--turboshaft-wasm'] as const;
