import { choose, execute } from './jobs';
import { become, thread } from './thread';

/*
 * A job is cut into chunks. Each thread has a share of them, which follow each other, so that what they read goes on in memory where the last one
 * left off, and a thread whose share is done takes from those of others. What lies at fixed addresses, all below 64 KiB, and of what
 * many threads write nothing beside anything else:
 *
 *   announced  u32   number of the job
 *   sharers    u32   threads that have shares, the first ones: no more than there are chunks
 *   sleepers   u32   threads that have stopped looking
 *   ending     u32   1: threads leave
 *
 * and of each thread, one after the other:
 *
 *   share      u64   number of the job (upper half), chunks not taken yet (lower half): both change in one step, so that a thread that comes late
 *                    can neither take a chunk of the job after nor run one twice
 *   end        i32   number of the chunk behind the share's last
 *   done       u32   chunks that the thread has done since it began, of whatever share
 *
 * What job it is, and its arguments, are written before there are shares of it, and left alone until it is done.
 */
const announced: usize = 32768;
const sharers: usize = announced + 64;
const sleepers: usize = announced + 128;
const ending: usize = announced + 192;
/** Never written: what a thread waits at that only rests. */
const nowhere: usize = announced + 256;

const shares: usize = 40960;
const bytesOfThread: usize = 128;
const endAt: usize = 8;
const doneAt: usize = 64;

/** Looks for a job before a thread sleeps: a few tens of microseconds, longer than what lies between two jobs of a pass. */
const looks: i32 = 20000;
/** Looks at what is done before the thread that waits for a job lets others have its core, and for how many nanoseconds. */
const patience: i32 = 20000;
const nap: i64 = 50000;
/** Naps in which not one chunk was done, after which whoever took the rest is taken to be gone: three seconds, or more on a busy machine. */
const mostNaps: i32 = 60000;

// @ts-ignore: decorator
@inline
function shareOf(owner: i32): usize {
  return shares + <usize>owner * bytesOfThread;
}

/** Takes chunks of one thread's share while there are some. */
function takeFrom(share: usize): void {
  const done = shareOf(thread) + doneAt;
  while (true) {
    const now = atomic.load<u64>(share);
    const left = <i32>now;
    if (left == 0) return;
    // Of the job after, if that has begun: then the share has changed too, and nothing is taken.
    const chunk = i32.load(share, endAt) - left;
    if (atomic.cmpxchg<u64>(share, now, now - 1) != now) continue;
    execute(chunk);
    atomic.add<u32>(done, 1);
  }
}

/** Takes chunks of this thread's share and then of others', until none is left. */
function takeChunks(): void {
  const count = i32.load(sharers);
  let owner = thread;
  if (owner >= count) return;
  for (let seen = 0; seen < count; seen++) {
    takeFrom(shareOf(owner));
    if (++owner == count) owner = 0;
  }
}

/** Chunks done by all threads since they began: one that comes late from a job of more may have taken some without a share of its own. */
function doneByAll(threads: i32): u32 {
  let done: u32 = 0;
  for (let owner = 0; owner < threads; owner++) done += atomic.load<u32>(shareOf(owner) + doneAt);
  return done;
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
  const number = atomic.load<u32>(announced) + 1;
  const count = min(threads, chunks);
  const before = doneByAll(threads);
  i32.store(sharers, count);
  let first = 0;
  for (let owner = 0; owner < count; owner++) {
    const end = <i32>((<i64>chunks * (owner + 1)) / count);
    i32.store(shareOf(owner), end, endAt);
    atomic.store<u64>(shareOf(owner), (<u64>number << 32) | <u64>(<u32>(end - first)));
    first = end;
  }
  atomic.store<u32>(announced, number);
  if (atomic.load<u32>(sleepers) != 0) atomic.notify(announced, threads - 1);
  takeChunks();
  let seen = 0, naps = 0;
  let last = before;
  while (true) {
    const done = doneByAll(threads);
    if (done - before == <u32>chunks) return;
    if (++seen <= patience) continue;
    if (done != last) naps = 0;
    last = done;
    if (++naps > mostNaps) unreachable();
    atomic.wait<i32>(nowhere, 0, nap);
  }
}

/** What a thread of the pool does until `end`. @param number its own, from 1 on */
export function work(number: i32): void {
  become(number);
  let seen = 0;
  while (atomic.load<u32>(ending) == 0) {
    const job = atomic.load<i32>(announced);
    if (job != seen) {
      seen = job;
      takeChunks();
      continue;
    }
    let looked = 0;
    while (atomic.load<i32>(announced) == seen && looked < looks) looked++;
    if (looked < looks) continue;
    atomic.add<u32>(sleepers, 1);
    if (atomic.load<u32>(ending) == 0) atomic.wait<i32>(announced, seen, -1);
    atomic.sub<u32>(sleepers, 1);
  }
}

/** Lets every thread of the pool leave. */
export function end(): void {
  atomic.store<u32>(ending, 1);
  atomic.add<u32>(announced, 1);
  atomic.notify(announced, -1);
}
