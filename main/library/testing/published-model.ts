import { inject } from 'vitest';

/** Where the model of the `model` tests lies, imported once for all of them; or why it cannot be had here. */
export type PublishedModel =
  | { readonly reachable: true; readonly f32: string; readonly int4: string }
  | { readonly reachable: false; readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    publishedModel: PublishedModel;
  }
}

/** SmolLM2-135M-Instruct as `fetch-published-model` has imported it. */
export const published = inject('publishedModel');
