/**
 * Why ONNX Runtime refused, in its own words, without the places in its source: of
 * `/onnxruntime_src/…/webgpu_context.cc:63 … was false. Failed to get a WebGPU adapter: No supported adapters` only the sentence at the end.
 */
export function runtimeReason(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const words = message
    .replace(/^.*\bwas false\.\s*/su, '')
    .replaceAll(/\s+/gu, ' ')
    .trim();
  const reason = words === '' ? message.trim() : words;
  return /[.!?]$/u.test(reason) ? reason : `${reason}.`;
}
