import { memo } from 'react';
import { useStore } from 'zustand';
import { Button } from '../../design/button';
import { useServices } from '../../state/services';
import styles from './engine-banner.module.css';

/** Says that the engine is gone, what that means and what happens next. */
export const EngineBanner = memo(function EngineBanner() {
  const { engine, shell } = useServices();
  const { state, reason, restarting } = useStore(engine.store);
  if (state !== 'lost') return null;
  return (
    <div className={styles['banner']} role="alert">
      <strong>The engine stopped.</strong> {reason} What had been computed is kept.{' '}
      {restarting ? (
        'It is being restarted: run again as soon as it is ready.'
      ) : (
        <>
          It ended too often to be restarted by itself.{' '}
          <Button
            onClick={() => {
              void shell.connectEngine();
            }}
          >
            Start the engine again
          </Button>
        </>
      )}
    </div>
  );
});
