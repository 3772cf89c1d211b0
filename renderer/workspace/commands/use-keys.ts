import { useEffect } from 'react';
import { createKeybindingsHandler } from 'tinykeys';
import { useServices } from '../../state/services';
import { perform } from '../../state/workbench';
import type { Action } from './action';

const fields = 'input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable="true"]';
/** A message is a dialog too by its role, but a modeless one: it takes no keys. */
const open = '[role="dialog"]:not([aria-modal="false"]), [role="menu"]';
/** Widgets that move with the arrow keys themselves. */
const moved =
  '[role="tablist"], [role="slider"], [role="radiogroup"], [role="separator"], [role="grid"], [role="combobox"], [role="application"]';
const movingKeys: ReadonlySet<string> = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'Enter']);
const pressed = 'button, a[href], [role="button"], [role="option"]';

/** Whether a key belongs to what has the focus or lies on top, rather than to the window. */
function belongsElsewhere(event: KeyboardEvent, action: Action): boolean {
  if (event.defaultPrevented || event.isComposing || document.querySelector(open) !== null) return true;
  const target = event.target instanceof Element ? event.target : null;
  if (target === null || action.inFields === true || event.key === 'Escape') return false;
  if (target.matches(fields)) return true;
  if (event.key === 'Enter' && target.closest(pressed) !== null) return true;
  return movingKeys.has(event.key) && target.closest(moved) !== null;
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
