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
  return {
    write: (history) => {
      const thoughts = history.findIndex((token) => token !== thoughtInHistory);
      return '◆'.repeat(thoughts < 0 ? history.length : thoughts) + textOf(history);
    },
    // What tells the model to think is no part of its answer.
    answer: (history) =>
      textAnswer(textOf(history.slice(markers.think.every((token, i) => token === history[i]) ? markers.think.length : 0))),
  };
}
