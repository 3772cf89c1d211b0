import { modelsOfRun } from './lane-models';
import type { RunEvent } from './protocol';
import type { RunInfo } from './run';

type StartedEvent = Extract<RunEvent, { type: 'started' }>;

/** The same run with other vocabularies, in the order of `modelsOfRun`. */
function withVocabularies(info: RunInfo, vocabularyOf: (model: number) => string[]): RunInfo {
  return {
    ...info,
    vocabulary: vocabularyOf(0),
    others: info.others.map((other, place) => ({ ...other, vocabulary: vocabularyOf(place + 1) })),
  };
}

/** The event without its vocabularies, which are tens of thousands of texts, only their names. @param nameOf sees to it that the client has them */
export function withoutVocabularies(event: StartedEvent, nameOf: (texts: readonly string[]) => string): StartedEvent {
  const vocabularies = modelsOfRun(event.info).map(({ vocabulary }) => nameOf(vocabulary));
  return { ...event, info: withVocabularies(event.info, () => []), vocabularies };
}

/** The event as it was, with the client's own copy of each vocabulary. @throws RangeError for a name that was not sent before */
export function withKnownVocabularies(event: StartedEvent, known: ReadonlyMap<string, string[]>): StartedEvent {
  const { vocabularies, ...started } = event;
  if (vocabularies === undefined) return event;
  return {
    ...started,
    info: withVocabularies(event.info, (model) => {
      const texts = known.get(vocabularies[model] ?? '');
      if (texts === undefined) throw new RangeError('A run names a vocabulary that was not sent');
      return texts;
    }),
  };
}
