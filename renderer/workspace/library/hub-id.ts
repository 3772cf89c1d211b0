/** An id as the hub writes it, or null where it cannot be one: `org/name`, `org/name@revision`, or the address of its page. */
export function hubId(text: string): string | null {
  const page = text.trim().replace(/^https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\//, '');
  const match = /^([\w.-]+\/[\w.-]+?)\/?(?:(?:@|\/tree\/)([\w./-]+?))?\/?$/.exec(page);
  if (match?.[1] === undefined) return null;
  return match[2] === undefined ? match[1] : `${match[1]}@${match[2]}`;
}
