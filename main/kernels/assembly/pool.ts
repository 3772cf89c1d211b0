import { choose, execute } from './jobs';
import { become } from './thread';

/*
 * A job is cut into chunks which threads take until none is left. What lies at fixed addresses, all below 64 KiB:
 *
 *   state      u64   number of the job (upper half), chunks not taken yet (lower half): both change in one step, so that a thread
 *                    that comes late can neither take a chunk of the job after nor run one twice
 *   completed  u32   chunks done
 *   sleepers   u32   threads that have stopped looking
 *   ending     u32   1: threads leave
 *
 * What job it is, and its arguments, are written before it is announced and left alone until it is done.
 */
const state: usize = 32768;
const jobNumber: usize = state + 4;
const completed: usize = state + 64;
const sleepers: usize = state + 128;
const ending: usize = state + 192;

/** Looks at `state` before a thread sleeps: a few tens of microseconds, longer than what lies between two jobs of a pass. */
const looks: i32 = 20000;
/** Looks at `completed` before the thread that waits for a job lets others have its core, and for how many nanoseconds. */
const patience: i32 = 20000;
const nap: i64 = 50000;
/** Naps in which not one chunk was done, after which whoever took the rest is taken to be gone: three seconds, or more on a busy machine. */
const mostNaps: i32 = 60000;

/** Takes chunks while there are some. */
function takeChunks(): void {
  while (true) {
    const now = atomic.load<u64>(state);
    const left = <u32>now;
    if (left == 0) return;
    if (atomic.cmpxchg<u64>(state, now, now - 1) != now) continue;
    execute(<i32>left - 1);
    atomic.add<u32>(completed, 1);
  }
}

/**
 * Runs a job, whose arguments lie at `args`, on this thread and whatever others there are. Returns when it is done; traps where a thread has
 * taken a chunk and never does it, after which nothing may be run any more.
 */
export function run(job: i32, args: usize, chunks: i32, threads: i32): void {
  choose(job, args);
  if (chunks < 2 || threads < 2) {
    for (let chunk = 0; chunk < chunks; chunk++) execute(chunk);
    return;
  }
  atomic.store<u32>(completed, 0);
  const number = (atomic.load<u64>(state) >> 32) + 1;
  atomic.store<u64>(state, (number << 32) | <u64>(<u32>chunks));
  if (atomic.load<u32>(sleepers) != 0) atomic.notify(jobNumber, threads - 1);
  takeChunks();
  let seen = 0, naps = 0;
  let before: u32 = 0;
  while (true) {
    const done = atomic.load<u32>(completed);
    if (done == <u32>chunks) return;
    if (++seen <= patience) continue;
    if (done != before) naps = 0;
    before = done;
    if (++naps > mostNaps) unreachable();
    atomic.wait<i32>(completed, <i32>done, nap);
  }
}

/** What a thread of the pool does until `end`. @param number its own, from 1 on */
export function work(number: i32): void {
  become(number);
  while (atomic.load<u32>(ending) == 0) {
    takeChunks();
    const job = atomic.load<u32>(jobNumber);
    let looked = 0;
    while (<u32>atomic.load<u64>(state) == 0 && looked < looks) looked++;
    if (looked < looks) continue;
    atomic.add<u32>(sleepers, 1);
    if (atomic.load<u32>(ending) == 0) atomic.wait<i32>(jobNumber, <i32>job, -1);
    atomic.sub<u32>(sleepers, 1);
  }
}

/** Lets every thread of the pool leave. */
export function end(): void {
  atomic.store<u32>(ending, 1);
  atomic.add<u32>(jobNumber, 1);
  atomic.notify(jobNumber, -1);
}
