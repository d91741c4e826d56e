/** Reads the size of a JPEG from its header, without decoding it. */

/**
 * Width and height in pixels; undefined when the bytes are not a whole JPEG header.
 * @see ITU-T T.81, annex B: a frame header is the marker SOF0 to SOF15, its length, the precision, the height and the width
 */
export function jpegSize(jpeg: Buffer): { width: number; height: number } | undefined {
  let at = 2; // after the start-of-image marker
  while (at + 9 <= jpeg.length && jpeg[at] === 0xff) {
    const marker = jpeg[at + 1] ?? 0;
    if (isFrameHeader(marker))
      return { height: jpeg.readUInt16BE(at + 5), width: jpeg.readUInt16BE(at + 7) };
    at += 2 + jpeg.readUInt16BE(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15, but for the three of that range that mean other things: DHT, JPG and DAC. */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
}
