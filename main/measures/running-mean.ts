/** Mean of a stream of numbers; null while there are none. Branch scores (mean log-probability, self-certainty) are such means. */
export class RunningMean {
  #sum = 0;
  #count = 0;

  add(value: number): void {
    this.#sum += value;
    this.#count++;
  }

  /** Null as well where the mean is not finite, which no record can hold. */
  get value(): number | null {
    const mean = this.#sum / this.#count;
    return Number.isFinite(mean) ? mean : null;
  }
}
