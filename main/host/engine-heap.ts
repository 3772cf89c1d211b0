/**
 * Flags of V8 for the process of an engine: its numbers lie outside JavaScript's heap, which holds 20 MB and would otherwise be let grow to three times as
 * much before what is garbage goes. Steps take no longer for it.
 */
export const engineHeapFlags = ['--optimize-for-size', '--heap-growing-percent=25'] as const;
