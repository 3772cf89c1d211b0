import type { Chat, ModelSummary, PromptCheck } from '../contract/model';

/** What a model makes of prompts: its tokenizer and its chat template, without its weights. */
export interface PromptReading {
  readonly summary: ModelSummary;
  /** Token texts by id, markers and spaces visible. */
  readonly tokenizer: { readonly vocabulary: readonly string[] };
  /** What the model makes of a prompt; with `chat`, of its chat template rendered around it. */
  readonly checkPrompt: (prompt: string, chat?: Chat | null) => PromptCheck;
  /** Token ids the model reads for a prompt; with `chat`, for its chat template rendered around it. */
  readonly read: (prompt: string, chat: Chat | null) => readonly number[];
}
