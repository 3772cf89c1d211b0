/** A stretch of a token's text. */
export interface TokenPiece {
  readonly text: string;
  /** Stands for a character that would not be seen: a space, a tab, the end of a line. */
  readonly mark: boolean;
}

const marks: Readonly<Record<string, string>> = { ' ': '·', '\u00a0': '·', '\n': '⏎', '\t': '⇥', '\r': '␍' };

/** Cuts a token's text into what is printed and the marks that stand for its whitespace; one character of text is one of print. */
export function tokenPieces(text: string): TokenPiece[] {
  if (text === '') return [{ text: '∅', mark: true }];
  return [...text.matchAll(/[ \u00A0\n\t\r]+|[^ \u00A0\n\t\r]+/g)].map(([part]) => {
    const mark = part.trim() === '';
    return { text: mark ? [...part].map((character) => marks[character] ?? character).join('') : part, mark };
  });
}

/** A token as text in which spaces, tabs and line ends can be seen. */
export function visibleToken(text: string): string {
  return tokenPieces(text)
    .map((piece) => piece.text)
    .join('');
}

/**
 * Whether a vocabulary's entry is a control token rather than text: `⟨end⟩`, `<|im_start|>`, `</s>`, `[INST]`. By its form, since that
 * is all a recorded run keeps of it.
 */
export function isSpecialToken(text: string): boolean {
  return /^(?:⟨[^⟩]+⟩|<\|[^\s|]+\|>|<\/?(?:s|bos|eos|pad|unk|mask|start_of_turn|end_of_turn|think)>|\[\/?(?:INST|BOS|EOS|PAD|UNK|MASK|SEP|CLS)\])$/.test(
    text,
  );
}

/** A token as a canvas prints it, where the face's ligatures cannot be turned off: a control token stands in brackets that have none. */
export function canvasToken(text: string): string {
  return isSpecialToken(text) ? text.replace(/^[<[⟨]\|?/, '⟨').replace(/\|?[>\]⟩]$/, '⟩') : visibleToken(text);
}
