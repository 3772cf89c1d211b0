import { Button } from '../../design/button';
import { type Check, checkText } from '../../state/checks';
import { useServices } from '../../state/services';
import { checkTitle } from '../check-title';
import styles from './library.module.css';

/** A check of a model under way: what is being done, how far it is, and the way to stop it. */
export function CheckLine({ check, name }: { readonly check: Check; readonly name: string }) {
  const { checks } = useServices();
  const { doing, stopping } = check;
  const title = checkTitle(check, name);
  return (
    <div className={styles['check']}>
      <progress
        className={styles['progress']}
        aria-label={title}
        max={1}
        {...(doing?.pass && doing.passes ? { value: (doing.pass - 1) / doing.passes } : {})}
      />
      <p className={styles['dim']}>{checkText(check)}</p>
      <Button
        look="quiet"
        aria-label={`Stop ${title}`}
        title="What was found before stays"
        disabled={stopping}
        onClick={() => {
          checks.stop(check);
        }}
      >
        Stop
      </Button>
    </div>
  );
}
