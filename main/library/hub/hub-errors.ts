import { HubApiError } from '@huggingface/hub';
import { InterlinearError } from '../../contract/errors';

/** What a hub's answer, or the lack of one, means for the user; anything else unchanged. @param what was asked for: `org/name` */
export function hubError(thrown: unknown, what: string): unknown {
  if (thrown instanceof InterlinearError) return thrown;
  if (thrown instanceof HubApiError) return statusError(thrown.statusCode, what, thrown);
  if (!(thrown instanceof Error)) return thrown;
  const offline = thrown instanceof TypeError || thrown.name === 'TimeoutError' || 'code' in thrown;
  // Answers that are not JSON come from something in between, a login page of a network for example.
  if (!offline && !(thrown instanceof SyntaxError)) return thrown;
  const reason = thrown.name === 'TimeoutError' ? 'it did not answer in time' : reasonOf(thrown);
  return new InterlinearError(
    'unreachable',
    `The hub cannot be reached: ${reason}.`,
    'Check the network, or set HF_ENDPOINT to a mirror.',
    {
      cause: thrown,
    },
  );
}

/** A refusal by its HTTP status. */
export function statusError(status: number, what: string, cause?: unknown): InterlinearError {
  const options = { cause };
  if (status === 401 || status === 403) {
    const hint = 'Check the name. If it needs permission, accept its terms on its page and set HF_TOKEN to a token that may read it.';
    return new InterlinearError('unreachable', `The hub does not give out ${what}, or has no such model.`, hint, options);
  }
  if (status === 404) {
    return new InterlinearError('unknown-model', `The hub has no ${what}.`, 'Check the name and the revision.', options);
  }
  return new InterlinearError('unreachable', `The hub answered ${status} when asked for ${what}.`, 'Try again later.', options);
}

function reasonOf(error: Error): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}
