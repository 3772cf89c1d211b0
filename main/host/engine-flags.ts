import { vectorFlags } from '../kernels/vector-flags';

/** An engine's numbers lie outside JavaScript's heap, which holds 20 MB and would otherwise grow to three times as much. Steps take no longer for it. */
const heapFlags = ['--optimize-for-size', '--heap-growing-percent=25'];

/**
 * Where WebAssembly's memory ends is found by the processor: V8 leaves the addresses around each memory unmapped, and catches what goes there in
 * a process run as Node. A process of Electron's does not catch it, so V8 looks at every address before, which takes 1.4 times the time
 * and keeps it from making vectors of 256 bits. Without looking, what goes there ends the process, as a crash does, and another is started.
 */
const addressFlags = ['--no-wasm-bounds-checks'];

/** Flags of V8 for the process of an engine. */
export const engineFlags: readonly string[] = [...heapFlags, ...addressFlags, ...vectorFlags];
