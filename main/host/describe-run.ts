import type { PromptCheck } from '../contract/model';
import type { RunInfo, RunRequest } from '../contract/run';
import type { LoadedModel } from '../runtime/decoder';
import { defaultLayout } from '../runtime/execute-run';

/** What is known of a run before its first step: enough to make it again, and to read its trace with no model at hand. */
export function describeRun(run: string, request: RunRequest, model: LoadedModel, check: PromptCheck, appVersion: string): RunInfo {
  return {
    id: run,
    request,
    model: model.summary,
    check,
    layout: defaultLayout(model),
    vocabulary: [...model.tokenizer.vocabulary],
    device: request.device,
    dtype: model.dtype,
    threads: model.threads,
    engine: model.engine,
    appVersion,
    startedAt: new Date().toISOString(),
  };
}
