import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkModelId, displayName, modelIdFrom } from './model-id';

describe('ids of models', () => {
  it.each([
    ['SmolLM2-135M-Instruct.Q4_1', 'smollm2-135m-instruct-q4_1'],
    ['org/Qwen2.5 0.5B', 'org-qwen2-5-0-5b'],
    ['Größe', 'gro-e'],
    ['../../etc/passwd', 'etc-passwd'],
    ['CON', 'model-con'],
    ['模型', 'model'],
    ['', 'model'],
  ])('of %j is %s', (name, id) => {
    expect(modelIdFrom(name)).toBe(id);
  });

  it('of any name can be checked, and are a single plain name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (name) => {
        const id = modelIdFrom(name);
        expect(checkModelId(id)).toBe(id);
        expect(id).toMatch(/^[a-z0-9][a-z0-9_-]*$/u);
      }),
    );
  });

  it('leave nothing in a name that could write over a terminal', () => {
    expect(displayName('a\u001B[2Jb\n\u202Ec')).toBe('a [2Jb c');
    expect(displayName(' \n ')).toBe('Model');
    expect(displayName('x'.repeat(500))).toHaveLength(120);
  });
});
