import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import styles from './tabs.module.css';

export interface Tab {
  readonly id: string;
  readonly title: string;
  readonly content: ReactNode;
}

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly value: string;
  readonly onChange: (id: string) => void;
  /** Stands at the right end of the row of tabs. */
  readonly aside?: ReactNode;
}

/** Only the chosen tab's content is mounted. */
export function Tabs({ label, tabs, value, onChange, aside }: TabsProps) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next: unknown) => {
        if (typeof next === 'string') onChange(next);
      }}
      className={styles['root']}
    >
      <div className={styles['bar']}>
        <Base.List className={styles['list']} aria-label={label}>
          {tabs.map((tab) => (
            <Base.Tab key={tab.id} value={tab.id} className={styles['tab']}>
              {tab.title}
            </Base.Tab>
          ))}
        </Base.List>
        <div className={styles['aside']}>{aside}</div>
      </div>
      {tabs.map((tab) => (
        <Base.Panel key={tab.id} value={tab.id} className={styles['panel']}>
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
