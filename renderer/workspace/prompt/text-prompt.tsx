import { ChevronDown } from 'lucide-react';
import { type Ref, useId, useState } from 'react';
import { useStore } from 'zustand';
import { formatWhole } from '../../../main/contract/format-whole';
import { formatCount } from '../../design/format';
import { Segmented } from '../../design/segmented';
import { editSystem, modelOf, setChat } from '../../state/model-commands';
import { speaksOf } from '../../state/prompt-check';
import { useServices } from '../../state/services';
import { ExamplesMenu } from './examples-menu';
import styles from './prompt-editor.module.css';
import { PromptProblems } from './prompt-problems';
import { PromptReading } from './prompt-reading';
import { examplesFor, takeExample } from './take-example';

const examplesShown = 3;

/** Free text: as a chat with its system prompt or as it stands, with its length in tokens and what the model makes of it. */
export function TextPrompt({ input }: { readonly input: Ref<HTMLTextAreaElement> }) {
  const services = useServices();
  const { workspace, checker, engine } = services;
  const problemsId = useId();
  const readingId = useId();
  const [open, setOpen] = useState(false);
  /** Comes back when raw text is left again. */
  const [system, setSystem] = useState('');
  const document = useStore(workspace.store, (state) => state.document);
  const model = useStore(engine.store, ({ facts }) => modelOf(facts, document.model));
  const state = useStore(checker.store);
  const { prompt, chat } = document;
  const current = speaksOf(state, document);
  // The last count stays until the next is known: a number that comes and goes with every key cannot be read.
  const check = state.model === document.model ? state.check : null;
  // An empty field says so itself, and what to write is offered beneath it.
  const problems = (current && prompt !== '' ? check?.problems : undefined) ?? [];
  const chats = model?.chat === true;
  const limit = model?.maximumPositions ?? null;

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
        <button
          type="button"
          className={styles['count']}
          aria-expanded={open}
          aria-controls={open ? readingId : undefined}
          title="What the model reads, token by token"
          onClick={() => {
            setOpen(!open);
          }}
        >
          {check === null ? 'Tokens' : formatCount(check.tokens.length, 'token')}
          {check !== null && limit !== null && <span className={styles['limit']}> of {formatWhole(limit)}</span>}
          <ChevronDown size={12} aria-hidden="true" className={styles['chevron']} />
        </button>
        {current && state.failure !== null && <span className={styles['facts']}>not checked: {state.failure}</span>}
      </div>
      <PromptProblems id={problemsId} problems={problems} />
      {open && <PromptReading id={readingId} prompt={prompt} system={chat?.system ?? ''} check={check} template={chats && chat !== null} />}
    </section>
  );
}
