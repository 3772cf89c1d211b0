import { describe, expect, it } from 'vitest';
import type { Markers } from '../contract/model';
import { thoughtInHistory } from '../lanes/lane';
import { textWriting } from './model-writing';

const words = ['Let’s', 'Blue', ' light', '.', '<end>', ' think.\n'];
const markers: Markers = { think: [0, 5], thought: [], answer: [], ends: [4] };
const { write, answer } = textWriting({ decode: (tokens) => tokens.map((token) => words[token] ?? '').join('') }, markers);

describe('what a text model wrote', () => {
  it('has a mark for each thought, and no end', () => {
    expect(write([thoughtInHistory, thoughtInHistory, 1, 2, 4])).toBe('◆◆Blue light');
    expect(write([thoughtInHistory])).toBe('◆');
  });

  it('answers without thoughts and without what told it to think', () => {
    expect(answer([thoughtInHistory, thoughtInHistory, 1, 2, 4])).toBe('Blue light');
    expect(answer([0, 5, 1, 2, 3, 4])).toBe('Blue light.');
    for (const history of [[], [0], [0, 5]]) expect(answer(history)).toBeNull();
    expect(answer([0, 1, 2])).toBe('Let’sBlue light');
    expect(answer([thoughtInHistory])).toBeNull();
    expect(write([0, 5, 1])).toBe('Let’s think.\nBlue');
  });
});
