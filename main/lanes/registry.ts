import type { LaneSettings } from '../contract/lanes';
import { bestOfNLane } from './best-of-n';
import { coconutLane } from './coconut';
import { cotLane } from './cot';
import { directLane } from './direct';
import type { Lane, LaneContext } from './lane';

/** The lane that settings describe. */
export function createLane(settings: LaneSettings, context: LaneContext): Lane {
  switch (settings.kind) {
    case 'direct':
      return directLane(settings, context);
    case 'cot':
      return cotLane(settings, context);
    case 'best-of-n':
      return bestOfNLane(settings, context);
    case 'coconut':
      return coconutLane(settings, context);
    default:
      throw unknownKind(settings);
  }
}

/** Takes `never`: a kind without a case above does not compile. */
function unknownKind(settings: never): Error {
  return new Error(`No lane for ${JSON.stringify(settings)}`);
}
