/**
 * What the kernels' module exports. This folder is AssemblyScript, not TypeScript: it is compiled to WebAssembly by
 * scripts/build/assembly.ts, and `virtual:kernels` is the result.
 *
 * Memory is the caller's: every function is given addresses in bytes. Constants that a kernel keeps in memory (a
 * `memory.data` or a `StaticArray`) lie at the lowest addresses and are written whenever a thread instantiates the module,
 * so they may not be changed, and callers begin at 64 KiB. There is no heap: nothing here may allocate.
 */
export { end, run, work } from './pool';
export { softmax } from './vectors';
export { wholeBytes } from './jobs';
