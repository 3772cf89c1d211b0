/** The compiled kernels (assembly/index.ts), a WebAssembly module's bytes; made by scripts/build/assembly.ts. */
declare module 'virtual:kernels' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
