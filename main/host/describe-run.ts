import type { RunInfo, RunModelInfo, RunRequest } from '../contract/run';
import type { ModelOfRun, RunInput } from '../runtime/execute-run';

/** What is known of a run before its first step: enough to make it again, and to read its trace with no model at hand. */
export function describeRun(run: string, request: RunRequest, models: RunInput['models'], appVersion: string): RunInfo {
  const [own, ...others] = models;
  return {
    id: run,
    request,
    ...describeModel(own),
    others: others.map((other) => describeModel(other)),
    appVersion,
    startedAt: new Date().toISOString(),
  };
}

function describeModel({ model, check, layout }: ModelOfRun): RunModelInfo {
  return {
    model: model.summary,
    check,
    layout,
    vocabulary: [...model.tokenizer.vocabulary],
    device: model.device,
    deviceNote: model.deviceNote,
    dtype: model.dtype,
    threads: model.threads,
    engine: model.decoder.engine,
  };
}
