import { ChevronDown } from 'lucide-react';
import { Menu } from '../../design/menu';
import { useServices } from '../../state/services';
import { examplesFor, takeExample } from './take-example';
import styles from './presets-menu.module.css';

/** Prompts to begin with. */
export function ExamplesMenu({ chat }: { /** The model has a chat template. */ readonly chat: boolean }) {
  const services = useServices();
  return (
    <Menu
      align="end"
      entries={examplesFor(chat).map((example) => ({
        key: example.id,
        label: example.title,
        note: example.description,
        onSelect: () => {
          takeExample(services, example, chat);
        },
      }))}
      trigger={
        <button type="button" className={styles['trigger']}>
          Examples
          <ChevronDown size={12} aria-hidden="true" />
        </button>
      }
    />
  );
}
