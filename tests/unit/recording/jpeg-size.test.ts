/** The size of a JPEG, from its header. */
import { describe, expect, it } from 'vitest';
import { jpegSize } from '../../../src/recording/session-recorder';

const START = [0xff, 0xd8];
const APP0 = [0xff, 0xe0, 0x00, 0x04, 0x4a, 0x46];
const HUFFMAN_TABLES = [0xff, 0xc4, 0x00, 0x03, 0x00];
const frameHeader = (marker: number): number[] => [
  0xff,
  marker,
  0x00,
  0x0b,
  0x08,
  0x01,
  0xc2,
  0x03,
  0x20,
  0x03,
];

describe('jpegSize', () => {
  it.each([
    ['baseline', [...START, ...APP0, ...frameHeader(0xc0)]],
    [
      'progressive, after other segments',
      [...START, ...APP0, ...HUFFMAN_TABLES, ...frameHeader(0xc2)],
    ],
  ])('reads a %s picture', (_kind, bytes) => {
    expect(jpegSize(Buffer.from(bytes))).toEqual({ width: 800, height: 450 });
  });

  it.each([
    ['nothing', []],
    ['another format', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]],
    ['a header that is cut off', [...START, ...APP0, 0xff, 0xc0, 0x00]],
    ['a segment that points beyond the end', [...START, 0xff, 0xe0, 0xff, 0xff, 0, 0, 0, 0, 0, 0]],
  ])('gives nothing for %s', (_kind, bytes) => {
    expect(jpegSize(Buffer.from(bytes))).toBeUndefined();
  });
});
