/** The compiled conversion (assembly/index.ts), a WebAssembly module's bytes; made by scripts/build/assembly.ts. */
declare module 'virtual:halves' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
