/** A prompt to begin with, and what it shows. */
export interface ExamplePrompt {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly prompt: string;
  /** Set where it is meant as a message to a chat model; null for text to be continued. */
  readonly system: string | null;
}

/** Short prompts on which lanes differ: something to count, to recall, to continue. */
export const examplePrompts: readonly ExamplePrompt[] = [
  {
    id: 'arithmetic',
    title: 'A sum in words',
    description: 'Where a chain of thought helps, and where it goes wrong',
    prompt: 'Ann has 3 boxes with 12 eggs each. She breaks 5 eggs. How many eggs are left?',
    system: '',
  },
  {
    id: 'capital',
    title: 'A fact to recall',
    description: 'Watch the layer at which the answer first shows in the lens',
    prompt: 'What is the capital of France? Answer with one word.',
    system: '',
  },
  {
    id: 'format',
    title: 'A system prompt that matters',
    description: 'Compare the entropy of the first steps with and without it',
    prompt: 'Explain why the sky is blue.',
    system: 'You answer in exactly one short sentence.',
  },
  {
    id: 'translate',
    title: 'A translation',
    description: 'Sub-words of two languages beside each other',
    prompt: 'Translate into German: The night train to Vienna leaves at half past nine.',
    system: '',
  },
  {
    id: 'continue',
    title: 'Text to continue',
    description: 'Raw text: no chat template, the model goes on writing',
    prompt: 'Once upon a time, in a lighthouse at the end of the world, there lived',
    system: null,
  },
  {
    id: 'repeat',
    title: 'A pattern to continue',
    description: 'Raw text: attention looks back to where the pattern stood before',
    prompt: 'red green blue yellow red green blue yellow red green',
    system: null,
  },
];
