import type { Markers } from '../contract/model';
import { answerToken, textAnswer } from '../lanes/answer';
import { thoughtInHistory } from '../lanes/lane';
import type { LoadedModel } from './decoder';

type Writing = Pick<LoadedModel, 'write' | 'answer'>;

/** The embedded model writes words that stand apart, and answers with the one after its marker. */
export function kinWriting(tokenizer: { text(tokenId: number): string }, markers: Markers): Writing {
  return {
    write: (history) => history.map((token) => (token === thoughtInHistory ? '◆' : tokenizer.text(token))).join(' '),
    answer: (history) => {
      const token = answerToken(history, markers);
      return token === null ? null : tokenizer.text(token);
    },
  };
}

/** A text model writes pieces that carry their own spaces; what ends its text is no part of it. */
export function textWriting(tokenizer: { decode(tokens: readonly number[]): string }, markers: Markers): Writing {
  const write = (history: readonly number[]): string => {
    const thoughts = history.findIndex((token) => token !== thoughtInHistory);
    const from = thoughts < 0 ? history.length : thoughts;
    return (
      '◆'.repeat(from) +
      tokenizer.decode(history.slice(from).filter((token) => token !== thoughtInHistory && !markers.ends.includes(token)))
    );
  };
  return { write, answer: (history) => textAnswer(write(history)) };
}
