import type { ByteSource } from './byte-source';

/** The files of a bundle by their known names, from a folder or out of a zip archive. Nothing is ever written. */
export interface BundleFiles {
  /** Bytes on disk. */
  readonly bytes: number;
  /** Null when the bundle has no such file. */
  open(name: string): Promise<ByteSource | null>;
  /** Closes every file that was opened. */
  close(): void;
}
