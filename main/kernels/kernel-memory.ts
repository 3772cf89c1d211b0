import { InterlinearError } from '../contract/errors';

/** Bytes of a page of WebAssembly's memory. */
const page = 65_536;
/** What lies below belongs to the kernels themselves. */
const begin = page;
const mostPages = 65_536;
/** Places begin at a line of the processor's cache; kernels may read, never use, so many bytes past an end. */
const alignment = 64;

const roundUp = (size: number, unit: number): number => Math.ceil(size / unit) * unit;

/** Bytes that kernels can be given. */
export const mostKernelBytes = (mostPages - 1) * page;

interface Gap {
  at: number;
  size: number;
}

/**
 * The kernels' memory, shared by their threads, and who has which part of it. It grows as needed and is given back as a whole, when nobody
 * holds it any more. What is given out holds whatever was there.
 */
export class KernelMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: mostPages, shared: true });
  /** Sorted, never adjacent. */
  readonly #gaps: Gap[] = [];
  readonly #sizes = new Map<number, number>();
  #end = begin;

  /** Address of so many bytes. @throws InterlinearError `unsupported` where there is no more */
  allocate(bytes: number): number {
    const size = roundUp(Math.max(bytes, 1) + alignment, alignment);
    const gap = this.#gaps.find((free) => free.size >= size);
    const at = gap?.at ?? this.#end;
    if (gap) {
      gap.at += size;
      gap.size -= size;
      if (gap.size === 0) this.#gaps.splice(this.#gaps.indexOf(gap), 1);
    } else this.#grow(at + size);
    this.#sizes.set(at, size);
    return at;
  }

  free(at: number): void {
    const size = this.#sizes.get(at);
    if (size === undefined) throw new Error(`Nothing was given out at ${at}`);
    this.#sizes.delete(at);
    const index = this.#gaps.findIndex((gap) => gap.at > at);
    const place = index < 0 ? this.#gaps.length : index;
    const [before, after] = [this.#gaps[place - 1], this.#gaps[place]];
    const gap = before && before.at + before.size === at ? before : { at, size: 0 };
    gap.size += size;
    if (gap !== before) this.#gaps.splice(place, 0, gap);
    if (after && gap.at + gap.size === after.at) {
      gap.size += after.size;
      this.#gaps.splice(this.#gaps.indexOf(after), 1);
    }
    const last = this.#gaps.at(-1);
    if (last && last.at + last.size === this.#end) {
      this.#end = last.at;
      this.#gaps.pop();
    }
  }

  /** A view; stays good when the memory grows. */
  floats(at: number, length: number): Float32Array<SharedArrayBuffer> {
    return new Float32Array(this.buffer, at, length);
  }

  shorts(at: number, length: number): Int16Array<SharedArrayBuffer> {
    return new Int16Array(this.buffer, at, length);
  }

  integers(at: number, length: number): Int32Array<SharedArrayBuffer> {
    return new Int32Array(this.buffer, at, length);
  }

  bytes(at: number, length: number): Uint8Array<SharedArrayBuffer> {
    return new Uint8Array(this.buffer, at, length);
  }

  /** Where a view lies. @throws Error when it is of no memory that threads share */
  addressOf(view: ArrayBufferView): number {
    // Growing makes a new buffer over the same bytes, so which buffer it is says nothing.
    if (!(view.buffer instanceof SharedArrayBuffer)) throw new Error('These numbers do not lie in the kernels’ memory');
    return view.byteOffset;
  }

  /** All of it as it is now. */
  get buffer(): SharedArrayBuffer {
    const { buffer } = this.memory;
    if (!(buffer instanceof SharedArrayBuffer)) throw new Error('The kernels’ memory is not shared');
    return buffer;
  }

  #grow(end: number): void {
    const missing = Math.ceil((end - this.buffer.byteLength) / page);
    if (missing > 0) {
      try {
        this.memory.grow(missing);
      } catch (thrown) {
        const message = `The kernels need ${Math.ceil(end / 1e6)} MB, which could not be had.`;
        const hint = 'Close other programs, or choose a smaller model or a shorter run.';
        throw new InterlinearError('unsupported', message, hint, { cause: thrown });
      }
    }
    this.#end = end;
  }
}
