const names = 'ada bob cy dee eli fay gus hal ida jo kit lou mia ned ola pip quin ray sue tom uma vic wes zoe'.split(' ');

/** The markers and names of the embedded model's vocabulary, without its facts. */
export const sampleVocabulary: readonly string[] = ['⟨bos⟩', '⟨think⟩', '⟨thought⟩', '⟨answer⟩', '⟨end⟩', '?', 'or', 'from', ...names];
