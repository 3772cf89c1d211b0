/** The page that tests have is never busy: what waits until there is nothing to do comes next. */
globalThis.requestIdleCallback ??= (callback) => {
  setTimeout(() => callback({ didTimeout: false, timeRemaining: () => 50 }), 0);
  return 0;
};
