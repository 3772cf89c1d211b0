import { type Ref, useId, useState } from 'react';
import { useStore } from 'zustand';
import { classNames } from '../../design/class-names';
import { speaksOf } from '../../state/prompt-check';
import { useServices } from '../../state/services';
import { PresetsMenu } from './presets-menu';
import styles from './prompt-editor.module.css';
import { promptParts } from './prompt-parts';
import { PromptProblems } from './prompt-problems';
import { PromptReading } from './prompt-reading';
import { TokenCount } from './token-count';
import { useReadings } from './use-readings';

/** The prompt as plain text, with its facts, the path and its problems drawn behind what is typed. */
export function KinPrompt({ input }: { readonly input: Ref<HTMLTextAreaElement> }) {
  const { workspace, checker } = useServices();
  const problemsId = useId();
  const readingId = useId();
  const [open, setOpen] = useState(false);
  const readings = useReadings();
  const document = useStore(workspace.store, (state) => state.document);
  const { prompt } = document;
  const state = useStore(checker.store);
  const current = speaksOf(state, document);
  const check = current ? state.check : null;
  const { problems } = readings;
  const parts = promptParts(prompt, check);

  return (
    <section className={styles['prompt']} aria-label="Prompt editor">
      <div className={styles['scroll']}>
        <div className={styles['stack']}>
          <div className={styles['mirror']} aria-hidden="true">
            {parts.map((part) => (
              <span
                key={part.start}
                className={classNames(
                  styles[part.kind],
                  part.onPath && styles['path'],
                  part.problem === 'error' && styles['error'],
                  part.problem === 'warning' && styles['warning'],
                )}
              >
                {part.text}
              </span>
            ))}
            {'\u200b'}
          </div>
          <textarea
            ref={input}
            className={styles['input']}
            aria-label="Prompt"
            aria-describedby={problems.length > 0 ? problemsId : undefined}
            aria-invalid={problems.some((problem) => problem.severity === 'error')}
            placeholder="Facts such as ada→bob bob→cy (-> works too), then a question: ? cy or sue from ada"
            spellCheck={false}
            autoComplete="off"
            rows={1}
            value={prompt}
            onChange={(event) => {
              workspace.edit('edit prompt', { prompt: event.target.value }, { mergeKey: 'prompt' });
            }}
          />
        </div>
      </div>
      <div className={styles['side']}>
        <PresetsMenu />
        <span className={styles['switches']}>
          {check !== null && check.hops !== null && check.problems.length === 0 && (
            <span className={styles['facts']}>
              {check.hops} {check.hops === 1 ? 'hop' : 'hops'} · answer {check.expected ?? 'not known'}
            </span>
          )}
          <TokenCount
            models={readings.models}
            controls={readingId}
            open={open}
            onToggle={() => {
              setOpen(!open);
            }}
          />
        </span>
        {readings.failure !== null && <span className={styles['facts']}>not checked: {readings.failure}</span>}
      </div>
      <PromptProblems id={problemsId} problems={problems} />
      {open && <PromptReading id={readingId} prompt={prompt} system="" models={readings.models} />}
    </section>
  );
}
