import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import type { ErrorReport } from '../../main/contract/errors';
import button from './button.module.css';
import { classNames } from './class-names';
import styles from './toast.module.css';

type Message = Parameters<typeof manager.add>[0];

const manager = Toast.createToastManager();
/** Said before there was anything to say it with: a file named on the command line may be refused while the page is being made. */
const early: Message[] = [];
let isShown = false;

function add(message: Message): void {
  if (isShown) manager.add(message);
  else early.push(message);
}

/** Says in one line what was done. */
export function showNotice(title: string, description = ''): void {
  add({ title, description, type: 'notice', timeout: 5000 });
}

/** Says what failed and what to do next; stays until closed. Cancelling is no failure. */
export function showError(error: ErrorReport): void {
  if (error.code === 'cancelled') return;
  add({ title: error.message, description: error.hint, type: 'error', timeout: 0, priority: 'high' });
}

function ToastList() {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={classNames(styles['toast'], toast.type === 'error' && styles['error'])}>
      <Toast.Content className={styles['content']}>
        <Toast.Title className={styles['title']} />
        <Toast.Description className={styles['description']} />
      </Toast.Content>
      <Toast.Close className={classNames(button['button'], button['quiet'], button['icon'])} aria-label="Dismiss">
        <X size={14} aria-hidden="true" />
      </Toast.Close>
    </Toast.Root>
  ));
}

/** Where notices and errors appear; announced politely, errors at once. */
export function Toaster() {
  // After the provider's own effects, which are those of a child: only then does it hear the manager.
  useEffect(() => {
    isShown = true;
    for (const message of early.splice(0)) manager.add(message);
    return () => {
      isShown = false;
    };
  }, []);
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className={styles['viewport']} aria-label="Messages">
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}
