const quote = 0x22;
const backslash = 0x5c;

/** Position just after the string that starts at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json.charCodeAt(at) !== quote) at += json.charCodeAt(at) === backslash ? 2 : 1;
  return at + 1;
}

function skipSpace(json: string, start: number): number {
  let at = start;
  while (json.charCodeAt(at) <= 0x20) at++;
  return at;
}

/**
 * The first key that some object of a JSON text holds twice, or null. `JSON.parse` silently keeps the last of them, which lets a
 * hostile file say two things to two readers. A loop rather than a regular expression: those overflow on very long strings.
 * @param json text that `JSON.parse` has already accepted: only keys are looked for, not errors
 */
export function findDuplicateKey(json: string): string | null {
  const open: Set<string>[] = [];
  let at = 0;
  while (at < json.length) {
    const character = json[at];
    if (character !== '"') {
      if (character === '{') open.push(new Set());
      else if (character === '}') open.pop();
      at++;
      continue;
    }
    const end = endOfString(json, at);
    if (json[skipSpace(json, end)] === ':') {
      const key = String(JSON.parse(json.slice(at, end)));
      const keys = open.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
    at = end;
  }
  return null;
}
