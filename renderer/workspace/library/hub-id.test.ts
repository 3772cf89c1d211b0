import { describe, expect, it } from 'vitest';
import { hubId } from './hub-id';

describe('hubId', () => {
  it.each([
    ['HuggingFaceTB/SmolLM2-135M-Instruct', 'HuggingFaceTB/SmolLM2-135M-Instruct'],
    ['  org/name@v1.0 ', 'org/name@v1.0'],
    ['https://huggingface.co/Qwen/Qwen3-0.6B', 'Qwen/Qwen3-0.6B'],
    ['https://huggingface.co/Qwen/Qwen3-0.6B/tree/main', 'Qwen/Qwen3-0.6B@main'],
    ['smollm2', null],
    ['../etc/passwd', null],
    ['org/name/file.gguf', null],
    ['org/na me', null],
    ['', null],
  ])('reads %s as %s', (text, id) => {
    expect(hubId(text)).toBe(id);
  });
});
