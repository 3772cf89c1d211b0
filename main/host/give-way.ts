import { constants, setPriority } from 'node:os';

/**
 * Puts this process behind the window: where cores are few, arithmetic must not take them from what the user is doing. Linux weighs
 * priorities within a desktop session, so there the lowest costs nothing to others' work; elsewhere it would starve beside any busy program.
 */
export function giveWay(): void {
  const { PRIORITY_LOW, PRIORITY_BELOW_NORMAL } = constants.priority;
  setPriority(process.platform === 'linux' ? PRIORITY_LOW : PRIORITY_BELOW_NORMAL);
}
