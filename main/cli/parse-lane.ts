import type { z } from 'zod';
import { InterlinearError } from '../contract/errors';
import { type LaneSettings, laneKinds, laneSettingsSchema } from '../contract/lanes';

/** Short option names people expect, beside the settings' own. */
const aliases: Readonly<Record<string, string>> = {
  'top-k': 'topK',
  'top-p': 'topP',
  'min-p': 'minP',
  'maximum-steps': 'maximumSteps',
  'ignore-end': 'ignoreEnd',
};

/**
 * Reads `KIND` or `KIND:name=value,name=value`, for example `cot:temperature=0.8,samples=4`.
 * @throws InterlinearError `bad-request` naming the part that is wrong and what is allowed.
 */
export function parseLane(text: string): LaneSettings {
  const colon = text.indexOf(':');
  const kind = colon < 0 ? text : text.slice(0, colon);
  if (!laneKinds.some((known) => known === kind)) {
    throw new InterlinearError('bad-request', `There is no lane “${kind}”.`, `Lanes are ${laneKinds.join(', ')}.`);
  }
  const settings: Record<string, string | number | boolean> = { kind };
  const options =
    colon < 0
      ? []
      : text
          .slice(colon + 1)
          .split(',')
          .filter((part) => part.trim() !== '');
  for (const option of options) {
    const [name = '', value] = option.split('=', 2).map((part) => part.trim());
    if (name === '' || value === undefined || value === '') {
      throw new InterlinearError(
        'bad-request',
        `“${option}” in lane “${text}” is not name=value.`,
        'Example: cot:temperature=0.8,samples=4',
      );
    }
    // A model's id may look like a number.
    settings[aliases[name] ?? name] = name === 'model' ? value : readValue(value);
  }
  const parsed = laneSettingsSchema.safeParse(settings);
  if (parsed.success) return parsed.data;
  throw describeIssue(kind, settings, parsed.error.issues[0]);
}

/** What is wrong, in words of the command line. */
function describeIssue(
  kind: string,
  settings: Readonly<Record<string, string | number | boolean>>,
  issue: z.core.$ZodIssue | undefined,
): InterlinearError {
  const names = Object.keys(laneSettingsSchema.parse({ kind })).filter((name) => name !== 'kind');
  const hint = `Its settings are ${names.join(', ')}.`;
  if (issue?.code === 'unrecognized_keys')
    return new InterlinearError('bad-request', `The lane “${kind}” has no setting “${issue.keys[0] ?? ''}”.`, hint);
  const name = String(issue?.path[0] ?? '');
  const wrong = `“${String(settings[name])}” will not do for ${name} of the lane “${kind}”`;
  return new InterlinearError('bad-request', `${wrong}: ${issue?.message ?? 'unusable'}.`, hint);
}

function readValue(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return Number.isNaN(number) ? text : number;
}
