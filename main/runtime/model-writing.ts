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
  const textOf = (history: readonly number[]): string =>
    tokenizer.decode(history.filter((token) => token !== thoughtInHistory && !markers.ends.includes(token)));
  /** How much of a branch is what told the model to think: all of it, while the branch has not gone past that. */
  const told = (history: readonly number[]): number => {
    const differs = history.findIndex((token, i) => token !== markers.think[i]);
    const alike = differs < 0 ? history.length : differs;
    return alike >= markers.think.length || differs < 0 ? Math.min(alike, markers.think.length) : 0;
  };
  return {
    write: (history) => {
      const thoughts = history.findIndex((token) => token !== thoughtInHistory);
      return '◆'.repeat(thoughts < 0 ? history.length : thoughts) + textOf(history);
    },
    answer: (history) => textAnswer(textOf(history.slice(told(history)))),
  };
}
