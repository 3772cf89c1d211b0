import { tokenPieces } from './token-pieces';
import styles from './token-text.module.css';

/** A token's text with its whitespace as faint marks, so that a space is seen and does not shout. */
export function TokenText({ text }: { readonly text: string }) {
  return tokenPieces(text).map((piece, place) =>
    piece.mark ? (
      <span key={place} className={styles['mark']}>
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}
