import { type Ref, useId, useState } from 'react';
import { useStore } from 'zustand';
import { Segmented } from '../../design/segmented';
import { editSystem, modelOf, setChat } from '../../state/model-commands';
import { useServices } from '../../state/services';
import { ExamplesMenu } from './examples-menu';
import styles from './prompt-editor.module.css';
import { PromptProblems } from './prompt-problems';
import { PromptReading } from './prompt-reading';
import { examplesFor, takeExample } from './take-example';
import { TokenCount } from './token-count';
import { useReadings } from './use-readings';

const examplesShown = 3;

/** Free text: as a chat with its system prompt or as it stands, with its length in tokens and what the model makes of it. */
export function TextPrompt({ input }: { readonly input: Ref<HTMLTextAreaElement> }) {
  const services = useServices();
  const { workspace, engine } = services;
  const problemsId = useId();
  const readingId = useId();
  const [open, setOpen] = useState(false);
  /** Comes back when raw text is left again. */
  const [system, setSystem] = useState('');
  const document = useStore(workspace.store, (state) => state.document);
  const model = useStore(engine.store, ({ facts }) => modelOf(facts, document.model));
  const readings = useReadings();
  const { prompt, chat } = document;
  // An empty field says so itself, and what to write is offered beneath it.
  const problems = prompt === '' ? [] : readings.problems;
  const chats = model?.chat === true;

  return (
    <section className={styles['prompt']} aria-label="Prompt editor">
      <div className={styles['fields']}>
        {chats && chat !== null && (
          <label className={styles['field']}>
            <span className={styles['role']}>System</span>
            <textarea
              className={styles['area']}
              aria-label="System prompt"
              placeholder="How the model should behave; empty: what its template says, if anything"
              spellCheck={false}
              autoComplete="off"
              rows={1}
              value={chat.system}
              onChange={(event) => {
                editSystem(services, event.target.value);
              }}
            />
          </label>
        )}
        <label className={styles['field']}>
          {chats && <span className={styles['role']}>{chat === null ? 'Text' : 'User'}</span>}
          <textarea
            ref={input}
            className={styles['area']}
            aria-label="Prompt"
            aria-describedby={problems.length > 0 ? problemsId : undefined}
            aria-invalid={problems.some((problem) => problem.severity === 'error')}
            placeholder={chat === null ? 'Text for the model to continue' : 'A message to the model'}
            spellCheck={false}
            autoComplete="off"
            rows={1}
            value={prompt}
            onChange={(event) => {
              workspace.edit('edit prompt', { prompt: event.target.value }, { mergeKey: 'prompt' });
            }}
          />
        </label>
        {prompt === '' && (
          <p className={styles['examples']}>
            <span>Try</span>
            {examplesFor(chats)
              .slice(0, examplesShown)
              .map((example) => (
                <button
                  key={example.id}
                  type="button"
                  className={styles['example']}
                  title={`${example.prompt}\n\n${example.description}`}
                  onClick={() => {
                    takeExample(services, example, chats);
                  }}
                >
                  {example.title}
                </button>
              ))}
          </p>
        )}
      </div>
      <div className={styles['side']}>
        <span className={styles['switches']}>
          {chats && (
            <Segmented
              label="How the prompt is read"
              value={chat === null ? 'raw' : 'chat'}
              items={[
                { value: 'chat', label: 'Chat', note: 'The model’s chat template stands around the prompt' },
                { value: 'raw', label: 'Raw text', note: 'The model reads the prompt as it stands' },
              ]}
              onChange={(mode) => {
                if (chat !== null) setSystem(chat.system);
                setChat(services, mode === 'raw' ? null : { system });
              }}
            />
          )}
          <ExamplesMenu chat={chats} />
        </span>
        <TokenCount
          models={readings.models}
          controls={readingId}
          open={open}
          onToggle={() => {
            setOpen(!open);
          }}
        />
        {readings.failure !== null && <span className={styles['facts']}>not checked: {readings.failure}</span>}
      </div>
      <PromptProblems id={problemsId} problems={problems} />
      {open && <PromptReading id={readingId} prompt={prompt} system={chat?.system ?? ''} models={readings.models} />}
    </section>
  );
}
