import fc from 'fast-check';

/** One seed in CI, so that a verdict belongs to the commit; a new one at every run elsewhere, so that more is tried. fast-check prints the seed of a failure. */
if (process.env.CI) fc.configureGlobal({ seed: 20_261_124 });
