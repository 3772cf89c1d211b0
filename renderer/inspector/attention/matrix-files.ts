import type { OtherFile } from '../../design/panel-save';
import { toNpy } from '../export/npy';
import type { SequenceToken } from './sequence-tokens';
import { matrixCsv } from './whole-matrix';

export interface MatrixFilesProps {
  /** "layer 3, head 2 of 9" */
  readonly title: string;
  /** Of the file, without extension. */
  readonly name: string;
  readonly positions: number;
  readonly tokenAt: (position: number) => SequenceToken;
  /** Gives [positions, positions], or null once stopped. */
  readonly read: (title: string) => Promise<Float32Array | null>;
}

/** The whole matrix as files; both hold the model's own 32-bit floats, not the codes that are drawn. */
export function matrixFiles({ title, name, positions, tokenAt, read }: MatrixFilesProps): readonly OtherFile[] {
  const size = `${positions} × ${positions}`;
  return [
    {
      label: 'Whole matrix (NPY)…',
      note: `${title}: ${size} exact 32-bit floats, read again by the model`,
      make: async () => {
        const matrix = await read(title);
        return matrix && { name, kind: 'npy', data: toNpy(matrix, positions, positions) };
      },
    },
    {
      label: 'Whole matrix (CSV)…',
      note: 'The same as text, a line per position with its token',
      make: async () => {
        const matrix = await read(title);
        return matrix && { name, kind: 'csv', data: await matrixCsv(matrix, positions, tokenAt) };
      },
    },
  ];
}
