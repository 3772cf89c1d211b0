/**
 * Which pairs of tokens become one: a hash table over typed arrays, since a vocabulary has up to some hundred thousand merges and
 * encoding looks into it for every pair of neighbours.
 */
export class MergeTable {
  private readonly mask: number;
  /** Four numbers a slot: left, right, rank and id of the merged token; left is -1 where it is free. */
  private readonly slots: Int32Array;

  /** @param capacity merges it will have to hold */
  constructor(capacity: number) {
    let slots = 16;
    while (slots < 2 * capacity) slots *= 2;
    this.mask = slots - 1;
    this.slots = new Int32Array(4 * slots).fill(-1);
  }

  /** A later merge of the same pair replaces an earlier one. */
  set(left: number, right: number, rank: number, id: number): void {
    this.slots.set([left, right, rank, id], 4 * this.slotOf(left, right));
  }

  /** Slot of a pair for `rank` and `id`, or -1 where it does not become one token. */
  find(left: number, right: number): number {
    const slot = this.slotOf(left, right);
    return this.slots[4 * slot] === -1 ? -1 : slot;
  }

  rank(slot: number): number {
    return this.slots[4 * slot + 2] ?? -1;
  }

  id(slot: number): number {
    return this.slots[4 * slot + 3] ?? -1;
  }

  private slotOf(left: number, right: number): number {
    const { slots, mask } = this;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    while (slots[4 * slot] !== -1 && (slots[4 * slot] !== left || slots[4 * slot + 1] !== right)) slot = (slot + 1) & mask;
    return slot;
  }
}
