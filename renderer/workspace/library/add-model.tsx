import { FileBox, FolderOpen, Plus } from 'lucide-react';
import { type FormEvent, type Ref, useId, useState } from 'react';
import { useStore } from 'zustand';
import { type ErrorReport, toErrorReport } from '../../../main/contract/errors';
import { quantizations } from '../../../main/contract/library';
import { Button } from '../../design/button';
import { Select } from '../../design/select';
import { addFromDisk } from '../../state/library-commands';
import { useServices } from '../../state/services';
import { hubId } from './hub-id';
import styles from './library.module.css';
import { quantizationNames } from './quantization-names';

const notAnId: ErrorReport = {
  code: 'bad-request',
  message: 'A model of the hub is named by its owner and its name.',
  hint: 'For example HuggingFaceTB/SmolLM2-135M-Instruct; a revision can follow after @.',
};

/** Adds a model from the hub or from disk. What goes wrong at once is said here; the import itself shows below. */
export function AddModel({ hub: field }: { /** The field of the hub's id. */ readonly hub: Ref<HTMLInputElement> }) {
  const services = useServices();
  const { library, activity } = services;
  const fieldId = useId();
  const errorId = useId();
  const quantize = useStore(library.store, (state) => state.quantize);
  const catalogue = useStore(library.store, (state) => state.catalogue);
  const [id, setId] = useState('');
  const [error, setError] = useState<ErrorReport | null>(null);

  const attempt = (work: () => Promise<void>): void => {
    setError(null);
    activity.during(work).catch((thrown: unknown) => {
      setError(toErrorReport(thrown));
    });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const known = catalogue.find((entry) => entry.id === id.trim());
    const hub = hubId(id);
    if (known === undefined && hub === null) {
      setError(notAnId);
      return;
    }
    attempt(async () => {
      await library.add(known === undefined ? { kind: 'hub', id: hub ?? '' } : { kind: 'catalogue', id: known.id });
      setId('');
    });
  };

  return (
    <form className={styles['add']} onSubmit={submit} aria-label="Add a model" noValidate>
      <div className={styles['addLine']}>
        <label htmlFor={fieldId} className={styles['addLabel']}>
          From the hub
        </label>
        <input
          ref={field}
          id={fieldId}
          className={styles['hub']}
          value={id}
          placeholder="owner/name or owner/name@revision"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={error === notAnId}
          aria-describedby={error === null ? undefined : errorId}
          onChange={(event) => {
            setId(event.target.value);
            if (error === notAnId) setError(null);
          }}
        />
        <Button type="submit" disabled={id.trim() === ''}>
          <Plus size={13} aria-hidden="true" />
          Add
        </Button>
      </div>
      <div className={styles['addLine']}>
        <span className={styles['addLabel']}>From disk</span>
        <Button
          onClick={() => {
            attempt(() => addFromDisk(services, 'file'));
          }}
        >
          <FileBox size={13} aria-hidden="true" />
          GGUF file…
        </Button>
        <Button
          onClick={() => {
            attempt(() => addFromDisk(services, 'folder'));
          }}
        >
          <FolderOpen size={13} aria-hidden="true" />
          Folder…
        </Button>
        <span className={styles['faint']}>or drop either on the window</span>
      </div>
      <div className={styles['addLine']}>
        <span className={styles['addLabel']}>Weights as</span>
        <span className={styles['quantize']}>
          <Select
            label="Weights as"
            hideLabel
            framed
            value={quantize}
            items={quantizations.map((value) => ({ value, ...quantizationNames[value] }))}
            onChange={(value) => {
              library.setQuantize(value);
            }}
          />
        </span>
        <span className={styles['faint']}>{quantizationNames[quantize].note}</span>
      </div>
      {error !== null && (
        <div id={errorId} role="alert" className={styles['failure']}>
          <strong>{error.message}</strong> {error.hint}
        </div>
      )}
    </form>
  );
}
