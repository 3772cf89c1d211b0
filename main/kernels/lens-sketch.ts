import { unembeddingName } from '../graph/decoder-spec';
import { mainDirections, type Rows, shareOutside } from './directions';
import { Operations, type OperationSettings } from './operations';
import { Scratch } from './scratch';

/** Directions of a sketch, a multiple of 16, and how many are multiplied with the unembedding at once. */
export const components = 64;
const componentsAtOnce = 32;
/** Streams may lie so many times as much outside of the directions as those that they are made from. */
const mostOutside = 1.5;

/** What stands for the unembedding in a few directions: see assembly/sketch.ts. */
export class LensSketch {
  /** [components, D], in units of the sketch. */
  readonly directions: number;
  readonly sketch: number;
  readonly starts: number;
  readonly #settings: OperationSettings;
  /** Orthonormal. */
  readonly #directions: Float32Array;
  /** Of the streams that it is made from. */
  readonly #outside: number;

  /**
   * Streams like those that it is made from lie near its directions.
   * @param normed residual streams after the final norm
   */
  constructor(settings: OperationSettings, normed: Rows) {
    const { spec, kernels } = settings;
    const { memory } = kernels;
    const { width, vocabulary } = spec;
    const groups = Math.ceil(vocabulary / 16);
    this.#settings = settings;
    this.directions = memory.allocate(4 * components * width);
    this.sketch = memory.allocate(16 * groups * components);
    this.starts = memory.allocate(64 * groups);
    const directions = mainDirections(kernels, normed, components);
    this.#directions = directions;
    this.#outside = this.#outsideOf(normed);
    const scratch = new Scratch(memory);
    const product = settings.weights.product([unembeddingName(spec)]);
    const operations = new Operations({ ...settings, scratch }, componentsAtOnce);
    const inputs = memory.floats(operations.inputs(width).floats, componentsAtOnce * width);
    const products = scratch.floats('products', componentsAtOnce * vocabulary);
    const reach = { middles: scratch.floats('middles', componentsAtOnce), sizes: scratch.floats('sizes', componentsAtOnce) };
    const jobs = [
      operations.round(width, product),
      ...operations.multiply(product, products),
      operations.make('measureReach', componentsAtOnce, { from: products, width: vocabulary, ...reach }),
    ];
    for (let first = 0; first < components; first += componentsAtOnce) {
      const part = directions.subarray(first * width, (first + componentsAtOnce) * width);
      inputs.set(part);
      const place = {
        products,
        vocabulary,
        count: componentsAtOnce,
        first,
        components,
        ...reach,
        sketch: this.sketch,
        starts: this.starts,
      };
      for (const { job, args, chunks } of [...jobs, operations.make('packSketch', groups, place)]) kernels.run(job, args, chunks);
      const sizes = memory.floats(reach.sizes, componentsAtOnce);
      const scaled = memory.floats(this.directions + 4 * first * width, part.length);
      for (let i = 0; i < part.length; i++) scaled[i] = ((part[i] ?? 0) * (sizes[Math.floor(i / width)] ?? 0)) / 127;
    }
    operations.free();
    scratch.free();
  }

  /** Whether it stands for other streams as it does for those it is made from, or nearly. */
  fits(normed: Rows): boolean {
    return this.#outsideOf(normed) < mostOutside * this.#outside;
  }

  #outsideOf(normed: Rows): number {
    return shareOutside(this.#settings.kernels, normed, this.#directions);
  }

  /** A token's components. */
  of(token: number): Int8Array {
    const { buffer } = this.#settings.kernels.memory;
    const all = new Int8Array(buffer, this.sketch + (token >> 4) * 16 * components, 16 * components);
    return Int8Array.from({ length: components }, (_, place) => all[(place >> 2) * 64 + (token & 15) * 4 + (place & 3)] ?? 0);
  }

  free(): void {
    for (const at of [this.directions, this.sketch, this.starts]) this.#settings.kernels.memory.free(at);
  }
}
