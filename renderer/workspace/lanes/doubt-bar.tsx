import { TriangleAlert } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button } from '../../design/button';
import type { Doubt } from '../../state/activity';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import { shortageText } from '../library/model-facts';
import rowBar from './row-bar.module.css';
import styles from './doubt-bar.module.css';

/** Stands where the run would: there may be too little memory for it, and the user decides. */
export function DoubtBar({ doubt }: { readonly doubt: Doubt }) {
  const { activity } = useServices();
  const anyway = useRef<HTMLButtonElement>(null);
  // The run was asked for by a key or a press just now; the answer is one key away.
  useEffect(() => {
    anyway.current?.focus();
  }, []);
  return (
    <div className={rowBar['bar']} role="alertdialog" aria-label="Too little memory">
      <span className={styles['inner']} title={shortageText(doubt)}>
        <TriangleAlert size={13} aria-hidden="true" className={styles['sign']} />
        <strong className={rowBar['name']}>Too little memory</strong>
        <span className={rowBar['cut']}>This run may need {shortageText(doubt)}. The system may slow down, or end the engine.</span>
      </span>
      <span className={styles['choices']}>
        <Button
          ref={anyway}
          className={styles['choice'] ?? ''}
          onClick={() => {
            perform(() => doubt.proceed());
          }}
        >
          Run anyway
        </Button>
        <Button
          look="quiet"
          className={styles['choice'] ?? ''}
          onClick={() => {
            activity.forgetDoubt();
          }}
        >
          Do not run
        </Button>
      </span>
    </div>
  );
}
