/** Threads that a job can be shared among: assembly/pool.ts keeps 128 bytes of each, from 40 960 to 57 344. */
export const mostThreads = 128;
