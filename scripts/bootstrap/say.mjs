/**
 * Set-up speaks on stderr only: the command line's stdout is one JSON document, and `npm start` prints its table there.
 */
export function say(message) {
  process.stderr.write(`${message}\n`);
}

/** Something the user has to do before we can go on: shown without a stack, and the program ends with exit code 1. */
export class SetUpError extends Error {
  name = 'SetUpError';
}

/** Runs a program of ours; a SetUpError ends it with its message, anything else is a bug and keeps its stack. */
export async function runProgram(program) {
  try {
    process.exitCode = await program();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    say(`\n${error.message}`);
    process.exitCode = 1;
  }
}
