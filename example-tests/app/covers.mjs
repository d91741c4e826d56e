/** Draws a book's cover as SVG, so that the shop needs no picture files. */

const MOTIFS = {
  sun: (color) =>
    `<circle cx="120" cy="236" r="74" fill="${color}"/>${times(7, (i) => `<path d="M0 ${262 + i * 14}h240" stroke="${color}" stroke-width="${7 - i * 0.8}" opacity="${1 - i * 0.1}"/>`)}`,
  moon: (color) =>
    `<path d="M150 150a78 78 0 1 0 40 140a66 66 0 1 1-40-140z" fill="${color}"/>${times(14, (i) => `<circle cx="${((i * 67) % 224) + 8}" cy="${130 + ((i * 97) % 210)}" r="${(i % 3) + 1}" fill="${color}"/>`)}`,
  rings: (color) =>
    times(
      7,
      (i) =>
        `<circle cx="120" cy="244" r="${16 + i * 17}" fill="none" stroke="${color}" stroke-width="${8 - i}"/>`,
    ),
  hills: (color) =>
    times(
      4,
      (i) =>
        `<path d="M-20 ${210 + i * 40}q60-${60 - i * 6} 130 0t160-${12 - i * 4}V370H-20z" fill="${color}" opacity="${0.35 + i * 0.2}"/>`,
    ),
  waves: (color) =>
    times(
      8,
      (i) =>
        `<path d="M-40 ${190 + i * 23}q30-22 60 0t60 0t60 0t60 0t60 0" transform="translate(${(i % 2) * 30} 0)" fill="none" stroke="${color}" stroke-width="${3 + i}"/>`,
    ),
  stripes: (color) =>
    times(
      9,
      (i) =>
        `<path d="M${i * 34 - 60} 370L${i * 34 + 80} 150h16L${i * 34 - 38} 370z" fill="${color}"/>`,
    ),
};

/** @param {import('./books.mjs').Book} book */
export function drawCover({ title, author, cover }) {
  const [background, shape, text] = cover.colors;
  const lines = breakLines(title, 12);
  const titleText = lines
    .map(
      (line, index) =>
        `<text x="22" y="${58 + index * 31}" font-size="27" font-weight="700">${line}</text>`,
    )
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 360" role="img" aria-label="Cover of ${title}">
  <rect width="240" height="360" fill="${background}"/>
  ${MOTIFS[cover.motif](shape)}
  <g fill="${text}" font-family="Georgia, 'Times New Roman', serif">${titleText}
  <text x="22" y="${64 + lines.length * 31}" font-size="14" opacity=".85">${author}</text></g>
  <rect width="9" height="360" fill="#000" opacity=".14"/>
</svg>`;
}

function times(count, draw) {
  return Array.from({ length: count }, (_, index) => draw(index)).join('');
}

function breakLines(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== '' && line.length + word.length + 1 > width) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`.trim();
  }
  return lines;
}
