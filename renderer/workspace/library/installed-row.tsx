import { Check, CircleAlert, TriangleAlert, X } from 'lucide-react';
import { useStore } from 'zustand';
import type { InstalledModel, ModelParity } from '../../../main/contract/library';
import { deviceNames } from '../../../main/contract/devices';
import { Button } from '../../design/button';
import { startingDevices } from '../../state/devices';
import { checkModel, removeModel } from '../../state/library-commands';
import type { Verification } from '../../state/library';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import { CheckLine } from './check-line';
import styles from './library.module.css';
import { memoryText, memoryWarning, modelFacts, originText } from './model-facts';

export interface InstalledRowProps {
  readonly model: InstalledModel;
  /** The next run uses it. */
  readonly chosen: boolean;
  readonly verification: Verification | undefined;
  readonly onUse: (model: string) => void;
}

function Parity({ parity }: { readonly parity: readonly ModelParity[] }) {
  if (parity.length === 0) return <>parity not checked yet</>;
  return (
    <>
      parity{' '}
      {parity.map(({ device, passed, maximumDifference, checkedAt, exact }) => (
        <span
          key={device}
          className={styles['parity']}
          title={
            exact
              ? `With nothing rounded to 8 bits, checked ${exact.checkedAt.slice(0, 10)}: ${exact.compared}. As it runs, checked ${checkedAt.slice(0, 10)}: ${maximumDifference.toExponential(1)}, which is coarse.`
              : `Largest difference ${maximumDifference.toExponential(1)}, checked ${checkedAt.slice(0, 10)}`
          }
        >
          {passed ? (
            <Check size={12} aria-label="passed" className={styles['good']} />
          ) : (
            <X size={12} aria-label="failed" className={styles['bad']} />
          )}
          {deviceNames[device]} <span className="data">{(exact?.maximumDifference ?? maximumDifference).toExponential(1)}</span>
        </span>
      ))}
    </>
  );
}

function VerificationText({ verification }: { readonly verification: Verification }) {
  switch (verification.kind) {
    case 'passed':
      return (
        <p className={styles['verified']}>
          <Check size={13} aria-hidden="true" /> Every file is as it was imported, and it computes what its reference says.
        </p>
      );
    case 'failed':
      return (
        <div className={styles['failure']} role="alert">
          <strong>It is not what was imported.</strong> Remove the model and add it again.
          <ul>
            {verification.problems.map((problem) => (
              <li key={problem}>{problem}</li>
            ))}
          </ul>
        </div>
      );
    default:
      return verification satisfies never;
  }
}

/** An installed model: what it is, what it needs, what it cannot do, and what can be done with it. */
export function InstalledRow({ model, chosen, verification, onUse }: InstalledRowProps) {
  const services = useServices();
  const { library, activity, devices, checks, memory } = services;
  const known = useStore(devices.store);
  const { summary, builtIn, notes, damage } = model;
  const { running } = useStore(checks.store);
  const underWay = [...running.values()].filter((check) => check.model === summary.id);
  const short = useStore(memory.store, (state) => (damage === null ? memoryWarning(state.known, summary) : ''));
  return (
    <li className={styles['row']}>
      <div className={styles['line']}>
        <strong className={styles['name']}>{summary.name}</strong>
        {chosen && <span className={styles['tag']}>in use</span>}
        {builtIn && (
          <span className={styles['tag']} title="Ships with Interlinear and cannot be removed">
            built in
          </span>
        )}
        <span className={styles['actions']}>
          {!chosen && damage === null && (
            <Button
              aria-label={`Use ${summary.name}`}
              onClick={() => {
                onUse(summary.id);
              }}
            >
              Use
            </Button>
          )}
          {damage === null &&
            startingDevices(known).map(({ id, name }) => (
              <Button
                key={id}
                look="quiet"
                aria-label={`Check ${summary.name} on ${name}`}
                title="Compares what it computes there with the model’s reference"
                disabled={underWay.some((check) => check.device === id)}
                onClick={() => {
                  perform(() => activity.during(() => checkModel(services, summary.id, id)));
                }}
              >
                Check on {name}
              </Button>
            ))}
          {!builtIn && (
            <>
              <Button
                look="quiet"
                aria-label={`Verify ${summary.name}`}
                disabled={underWay.some((check) => check.device === null)}
                onClick={() => {
                  perform(() => activity.during(() => library.verify(summary.id)));
                }}
              >
                Verify
              </Button>
              <Button
                look="quiet"
                aria-label={`Remove ${summary.name}`}
                onClick={() => {
                  perform(() => removeModel(services, model));
                }}
              >
                Remove
              </Button>
            </>
          )}
        </span>
      </div>
      {underWay.map((check) => (
        <CheckLine key={check.device} check={check} name={summary.name} />
      ))}
      {verification !== undefined && underWay.every((check) => check.device !== null) && <VerificationText verification={verification} />}
      <p className={styles['dim']}>{modelFacts(summary)}</p>
      <p className={styles['faint']}>
        needs {memoryText(summary)} · <Parity parity={model.parity} />
      </p>
      {short !== '' && (
        <p className={styles['short']}>
          <TriangleAlert size={12} aria-label="Warning" /> Needs {short}
        </p>
      )}
      <p className={styles['faint']}>{originText(model)}</p>
      {damage !== null && (
        <div className={styles['failure']} role="alert">
          <CircleAlert size={13} aria-hidden="true" /> <strong>Damaged:</strong> {damage} Remove it and add it again.
        </div>
      )}
      {notes.length > 0 && (
        <ul className={styles['notes']} aria-label={`What ${summary.name} cannot do`}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
      )}
    </li>
  );
}
