import { useEffect } from 'react';
import { createKeybindingsHandler } from 'tinykeys';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import type { Action } from './actions';

/** Elements which use plain keys themselves. */
const fields = 'input, textarea, select, [contenteditable="true"]';
const keyed =
  '[role="menu"], [role="dialog"], [role="tablist"], [role="slider"], [role="radiogroup"], [role="separator"], [role="grid"], [role="listbox"][data-open]';
const pressed = 'button, a[href], [role="button"], [role="option"]';

/** A text field undoes its own typing through us, but keeps every other plain key; open menus and dialogs keep all. */
function belongsElsewhere(event: KeyboardEvent, action: Action): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (event.defaultPrevented || event.isComposing) return true;
  if (document.querySelector('[role="dialog"], [role="menu"]') !== null) return true;
  if (target === null) return false;
  if (target.matches(fields)) return action.inFields !== true && event.key !== 'Escape';
  if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && target.closest(pressed) !== null) return true;
  return event.key !== 'Escape' && action.inFields !== true && target.closest(keyed) !== null;
}

/** Binds the actions' keys and the shell's menu. */
export function useKeys(actions: readonly Action[]): void {
  const { shell } = useServices();
  useEffect(() => {
    const bindings = actions.flatMap((action) => {
      const { keys } = action;
      if (keys === undefined) return [];
      const press = (event: KeyboardEvent): void => {
        if (belongsElsewhere(event, action)) return;
        event.preventDefault();
        if (action.enabled()) perform(action.run);
      };
      return [[keys, press] as const];
    });
    const handler = createKeybindingsHandler(Object.fromEntries(bindings));
    window.addEventListener('keydown', handler);
    return () => {
      window.removeEventListener('keydown', handler);
    };
  }, [actions]);
  useEffect(
    () =>
      shell.onMenu((command) => {
        const action = actions.find((candidate) => candidate.menu === command);
        if (action?.enabled() === true) perform(action.run);
      }),
    [actions, shell],
  );
}
