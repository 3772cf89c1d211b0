/** Lets the engine answer messages in the middle of long work over a file. */
export function pause(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
