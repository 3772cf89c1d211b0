/** The compiled kernels (assembly/index.ts), a WebAssembly module's bytes; made by scripts/build/assembly.ts. */
declare module 'virtual:kernels' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}

/** The same with instructions of relaxed SIMD, which not every runtime knows, and the products that are made of them. */
declare module 'virtual:relaxed-kernels' {
  const bytes: Uint8Array<ArrayBuffer>;
  export default bytes;
}
