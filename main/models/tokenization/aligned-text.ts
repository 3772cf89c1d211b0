/**
 * A text made from a prompt, which still knows for each of its UTF-16 units which characters of the prompt it came from. Immutable;
 * a part shares the places of the whole.
 */
export class AlignedText {
  private constructor(
    readonly text: string,
    /** Where the places of this text begin in `places`, or in the prompt where it is a part of that as it stands. */
    private readonly base: number,
    private readonly places: { readonly starts: readonly number[]; readonly ends: readonly number[] } | null,
  ) {}

  /** Part of a prompt as it stands. */
  static of(prompt: string, from = 0, to = prompt.length): AlignedText {
    return new AlignedText(prompt.slice(from, to), from, null);
  }

  /** @param starts,ends range in the prompt of each unit of `text` */
  static placed(text: string, starts: readonly number[], ends: readonly number[]): AlignedText {
    return new AlignedText(text, 0, { starts, ends });
  }

  slice(from: number, to: number): AlignedText {
    if (from === 0 && to === this.text.length) return this;
    return new AlignedText(this.text.slice(from, to), this.base + from, this.places);
  }

  /** Another text of the same length: unit for unit in the same places. */
  withText(text: string): AlignedText {
    return new AlignedText(text, this.base, this.places);
  }

  /** First character of the prompt that unit `at` came from; `at` may be the length of the text. */
  start(at: number): number {
    if (this.places === null) return this.base + at;
    return this.places.starts[this.base + at] ?? this.places.ends[this.base + at - 1] ?? 0;
  }

  /** End of the units before `to`, which are those from `from` and at least one. */
  end(from: number, to: number): number {
    if (this.places === null) return this.base + to;
    let end = 0;
    for (let at = from; at < to; at++) end = Math.max(end, this.places.ends[this.base + at] ?? 0);
    return end;
  }
}

/** Puts an aligned text together from parts of others and from pieces that stand for given ranges. */
export class AlignedBuilder {
  private text = '';
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];

  /** `text` in place of the prompt's characters from `start` to before `end`. */
  put(text: string, start: number, end: number): void {
    this.text += text;
    for (let unit = 0; unit < text.length; unit++) {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  /** Part of a text as it is. */
  copy(aligned: AlignedText, from: number, to: number): void {
    this.text += aligned.text.slice(from, to);
    for (let at = from; at < to; at++) {
      this.starts.push(aligned.start(at));
      this.ends.push(aligned.end(at, at + 1));
    }
  }

  build(): AlignedText {
    return AlignedText.placed(this.text, this.starts, this.ends);
  }
}

/** A text with another in front, which covers nothing of the prompt. */
export function prefixed(aligned: AlignedText, prefix: string): AlignedText {
  const builder = new AlignedBuilder();
  builder.put(prefix, aligned.start(0), aligned.start(0));
  builder.copy(aligned, 0, aligned.text.length);
  return builder.build();
}
