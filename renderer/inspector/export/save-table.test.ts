import { describe, expect, it } from 'vitest';
import { toCsv } from './save-table';

describe('toCsv', () => {
  it('quotes commas, quotes and line ends as RFC 4180 section 2 says', () => {
    const csv = toCsv({
      columns: ['token', 'p'],
      rows: [
        ['a,b', 0.5],
        ['say "x"', 1],
        ['two\nlines', 2],
        ['plain', 3],
      ],
    });
    expect(csv).toBe('token,p\r\n"a,b",0.5\r\n"say ""x""",1\r\n"two\nlines",2\r\nplain,3\r\n');
  });

  it('leaves what is not known empty and keeps numbers in full', () => {
    expect(toCsv({ columns: ['a', 'b', 'c', 'd'], rows: [[null, NaN, 0.1 + 0.2, false]] })).toBe(
      'a,b,c,d\r\n,,0.30000000000000004,false\r\n',
    );
  });

  it('has a header even without rows', () => {
    expect(toCsv({ columns: ['lane'], rows: [] })).toBe('lane\r\n');
  });
});
