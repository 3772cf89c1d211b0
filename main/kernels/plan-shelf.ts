/** Something made for passes of one shape. */
interface Plan {
  /** Whether it can still be run. */
  isCurrent(): boolean;
  free(): void;
}

/** Plans kept at a time: prompts and batches of many shapes come and go. */
const most = 24;

/** Plans by the shape of the passes they are for. Those not used for longest go. */
export class PlanShelf<P extends Plan> {
  readonly #plans = new Map<string, P>();

  /** @param make a plan of this shape; making one may put others out of date, never itself */
  take(shape: string, make: () => P): P {
    const kept = this.#plans.get(shape);
    if (kept) this.#plans.delete(shape);
    const plan = kept?.isCurrent() === true ? kept : make();
    if (kept !== plan) kept?.free();
    this.#plans.set(shape, plan);
    for (const [old, unused] of this.#plans) {
      if (this.#plans.size <= most) break;
      unused.free();
      this.#plans.delete(old);
    }
    return plan;
  }
}
