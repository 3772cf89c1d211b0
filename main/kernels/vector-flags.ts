/**
 * Flags of V8 that have it make one instruction with vectors of 256 bits of two alike with 128, as assembly/wide-products.ts is written
 * for. The first is on by itself in newer versions.
 */
export const vectorFlags = ['--turboshaft-wasm', '--experimental-wasm-revectorize'] as const;
