import type { CSSProperties } from 'react';

/** Sets `--lane`, the hue that everything inside is drawn in. React passes custom properties on; its types do not list them. */
export function laneVariables(hue: string): CSSProperties {
  const variables: Readonly<Record<`--${string}`, string>> = { '--lane': hue };
  return variables;
}
