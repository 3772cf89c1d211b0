import type { EngineClient } from '../main/contract/client';
import { InterlinearError } from '../main/contract/errors';
import type { RunEvent } from '../main/contract/protocol';
import type { LaneRecord, RunInfo, RunOutcome } from '../main/contract/run';

/** What a recorded run says of itself, without its steps. */
export interface RecordedRun {
  readonly id: string;
  readonly info: RunInfo;
  readonly outcome: RunOutcome;
  /** By lane index. */
  readonly lanes: readonly LaneRecord[];
}

/** Opens a trace and reads it to its end. @throws InterlinearError when it cannot be read, or the engine is lost meanwhile */
export async function readRecordedRun(client: EngineClient, trace: string): Promise<RecordedRun> {
  const lanes: LaneRecord[] = [];
  let info: RunInfo | null = null;
  const stops: (() => void)[] = [];
  const finished = new Promise<RecordedRun>((resolve, reject) => {
    const take = (event: RunEvent): void => {
      if (event.type === 'started') info = event.info;
      if (event.type === 'lane') lanes[event.record.lane] = event.record;
      if (event.type === 'finished' && info !== null) resolve({ id: event.run, info, outcome: event.outcome, lanes });
    };
    stops.push(
      client.onEvents((events) => {
        for (const event of events) take(event);
      }),
      client.onLost((error) => {
        reject(InterlinearError.from(error));
      }),
    );
  });
  try {
    const [, run] = await Promise.all([client.request('traces.open', { trace }), finished]);
    return run;
  } finally {
    for (const stop of stops) stop();
  }
}
