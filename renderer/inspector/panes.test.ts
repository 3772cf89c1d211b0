import { describe, expect, it } from 'vitest';
import { panesShown, paneWidths } from './panes';

describe('panesShown', () => {
  it('shows three panels in a wide window, two in a small one, one in a narrow one', () => {
    const beside = ['layers', 'trajectory'];
    expect(panesShown('candidates', beside, 1440)).toEqual(['candidates', 'layers', 'trajectory']);
    expect(panesShown('candidates', beside, 1024)).toEqual(['candidates', 'layers']);
    expect(panesShown('candidates', beside, 700)).toEqual(['candidates']);
  });

  it('never shows a panel twice', () => {
    expect(panesShown('layers', ['layers', 'trajectory'], 1440)).toEqual(['layers', 'trajectory']);
  });

  it('gives every panel a column', () => {
    expect(paneWidths(['candidates', 'cost']).split(') ')).toHaveLength(2);
  });
});
