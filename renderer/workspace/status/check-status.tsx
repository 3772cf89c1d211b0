import { useStore } from 'zustand';
import { classNames } from '../../design/class-names';
import { checkText } from '../../state/checks';
import { modelOf } from '../../state/model-commands';
import { useServices } from '../../state/services';
import { checkTitle } from '../check-title';
import styles from './status-bar.module.css';

/** A check goes on while its menu or dialog is closed: how far it is, and the way to stop it. */
export function CheckStatus() {
  const { checks, engine } = useServices();
  const [check] = useStore(checks.store, ({ running }) => running).values();
  const facts = useStore(engine.store, (state) => state.facts);
  if (check === undefined) return null;
  const title = checkTitle(check, modelOf(facts, check.model)?.name ?? check.model);
  return (
    <span className={styles['check']}>
      <span className={styles['checkText']} title={checkText(check)}>
        {title.slice(0, 1).toUpperCase()}
        {title.slice(1)}
        {check.stopping
          ? ', stopping…'
          : check.doing?.pass && check.doing.passes
            ? `, pass ${check.doing.pass} of ${check.doing.passes}`
            : '…'}
      </span>
      <button
        type="button"
        className={classNames(styles['import'], styles['stop'])}
        aria-label={`Stop ${title}`}
        disabled={check.stopping}
        onClick={() => {
          checks.stop(check);
        }}
      >
        Stop
      </button>
    </span>
  );
}
