import { useStore } from 'zustand';
import { useServices } from '../../state/services';
import styles from './engine-banner.module.css';

/** Says that the engine is gone, what that means and what happens next. */
export function EngineBanner() {
  const { engine } = useServices();
  const { state, reason, restarting } = useStore(engine.store);
  if (state !== 'lost') return null;
  return (
    <div className={styles['banner']} role="alert">
      <strong>The engine stopped.</strong> {reason} What had been computed is kept.{' '}
      {restarting
        ? 'It is being restarted: run again as soon as it is ready.'
        : 'It will not be restarted again by itself: save what you need, then restart Interlinear.'}
    </div>
  );
}
