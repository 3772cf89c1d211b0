import { Toast } from '@base-ui/react/toast';
import { X } from 'lucide-react';
import type { ErrorReport } from '../../main/contract/errors';
import button from './button.module.css';
import { classNames } from './class-names';
import styles from './toast.module.css';

const manager = Toast.createToastManager();

/** Says in one line what was done. */
export function showNotice(title: string, description = ''): void {
  manager.add({ title, description, type: 'notice', timeout: 5000 });
}

/** Says what failed and what to do next; stays until closed. Cancelling is no failure. */
export function showError(error: ErrorReport): void {
  if (error.code === 'cancelled') return;
  manager.add({ title: error.message, description: error.hint, type: 'error', timeout: 0, priority: 'high' });
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
