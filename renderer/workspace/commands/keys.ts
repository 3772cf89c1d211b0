/** Whether the keyboard has a command key: macOS. */
export function isMac(platform: string): boolean {
  return platform === 'darwin' || platform.startsWith('Mac');
}

const macNames: Readonly<Record<string, string>> = { $mod: '⌘', Shift: '⇧', Alt: '⌥', Enter: '⏎' };
const otherNames: Readonly<Record<string, string>> = { $mod: 'Ctrl', Enter: '⏎' };
const arrows: Readonly<Record<string, string>> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc' };

/** "$mod+Enter" as printed on the user's keyboard: "⌘⏎" or "Ctrl ⏎". */
export function keyText(binding: string, mac: boolean): string {
  const names = mac ? macNames : otherNames;
  const parts = binding.split('+').map((part) => names[part] ?? arrows[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.join(mac ? '' : ' ');
}
