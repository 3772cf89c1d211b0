/**
 * Walks over a whole vocabulary, which every step makes several of: as many numbers at once as a processor's vectors hold. This folder is
 * AssemblyScript, not TypeScript: scripts/build/assembly.ts compiles it to WebAssembly, and `virtual:walks` is the result.
 *
 * Numbers lie where the caller puts them, from 64 KiB on; logits are 32-bit floats, filled up to a multiple of 4 with minus infinity.
 */
export { greatest, place, weigh } from './weights';
export { before, top } from './top';
export { walkPart } from './walk';
