import { vectorFlags } from '../kernels/vector-flags';

/** An engine's numbers lie outside JavaScript's heap, which holds 20 MB and would otherwise grow to three times as much. Steps take no longer for it. */
const heapFlags = ['--optimize-for-size', '--heap-growing-percent=25'];

/** Flags of V8 for the process of an engine. */
export const engineFlags: readonly string[] = [...heapFlags, ...vectorFlags];
