/** What the shop sells. Prices are in cents. */

/**
 * @typedef {object} Book
 * @property {string} id
 * @property {string} title
 * @property {string} author
 * @property {number} year
 * @property {'Novel' | 'Mystery' | 'Fantastic' | 'Essay'} genre
 * @property {number} price
 * @property {{ motif: 'sun' | 'waves' | 'hills' | 'moon' | 'rings' | 'stripes', colors: [string, string, string] }} cover background, shape, text
 * @property {string} blurb
 * @property {string} opening the first sentences
 */

/** @type {Book[]} */
export const books = [
  {
    id: 'emma',
    title: 'Emma',
    author: 'Jane Austen',
    year: 1815,
    genre: 'Novel',
    price: 1150,
    cover: { motif: 'sun', colors: ['#f3d9b1', '#e07a5f', '#3d2c2e'] },
    blurb:
      'A clever young woman arranges everybody’s happiness but her own, and is wrong about nearly all of it.',
    opening:
      'Emma Woodhouse, handsome, clever, and rich, with a comfortable home and happy disposition, seemed to unite some of the best blessings of existence.',
  },
  {
    id: 'moonstone',
    title: 'The Moonstone',
    author: 'Wilkie Collins',
    year: 1868,
    genre: 'Mystery',
    price: 1290,
    cover: { motif: 'moon', colors: ['#22304a', '#f2c14e', '#f7f3e9'] },
    blurb:
      'A diamond disappears on the night of a birthday. Everybody in the house tells the story, and everybody tells another one.',
    opening:
      'In the first part of Robinson Crusoe, at page one hundred and twenty-nine, you will find it thus written: now I saw, though too late, the folly of beginning a work before we count the cost.',
  },
  {
    id: 'time-machine',
    title: 'The Time Machine',
    author: 'H. G. Wells',
    year: 1895,
    genre: 'Fantastic',
    price: 890,
    cover: { motif: 'rings', colors: ['#0f4c5c', '#e36414', '#fdf0d5'] },
    blurb:
      'A week of dinners, and at one of them the host is late: he has been to the year 802,701.',
    opening:
      'The Time Traveller (for so it will be convenient to speak of him) was expounding a recondite matter to us. His grey eyes shone and twinkled, and his usually pale face was flushed and animated.',
  },
  {
    id: 'walden',
    title: 'Walden',
    author: 'Henry David Thoreau',
    year: 1854,
    genre: 'Essay',
    price: 1090,
    cover: { motif: 'hills', colors: ['#dfe7d3', '#588157', '#1f3322'] },
    blurb:
      'Two years, two months and two days in a cabin by a pond, with an account of every nail that it cost.',
    opening:
      'When I wrote the following pages, or rather the bulk of them, I lived alone, in the woods, a mile from any neighbour, in a house which I had built myself.',
  },
  {
    id: 'voyage-out',
    title: 'The Voyage Out',
    author: 'Virginia Woolf',
    year: 1915,
    genre: 'Novel',
    price: 1350,
    cover: { motif: 'waves', colors: ['#d7e8ee', '#2a6f97', '#012a4a'] },
    blurb:
      'A ship leaves London in the rain, with a girl on board who has read much and seen nothing.',
    opening:
      'As the streets that lead from the Strand to the Embankment are very narrow, it is better not to walk down them arm-in-arm.',
  },
  {
    id: 'study-in-scarlet',
    title: 'A Study in Scarlet',
    author: 'Arthur Conan Doyle',
    year: 1887,
    genre: 'Mystery',
    price: 950,
    cover: { motif: 'stripes', colors: ['#9d0208', '#6a040f', '#ffe8d6'] },
    blurb:
      'A doctor looks for cheap lodgings, and finds a man who beats corpses with a stick to see what happens.',
    opening:
      'In the year 1878 I took my degree of Doctor of Medicine of the University of London, and proceeded to Netley to go through the course prescribed for surgeons in the army.',
  },
  {
    id: 'frankenstein',
    title: 'Frankenstein',
    author: 'Mary Shelley',
    year: 1818,
    genre: 'Fantastic',
    price: 990,
    cover: { motif: 'hills', colors: ['#2b2d42', '#8d99ae', '#edf2f4'] },
    blurb:
      'Letters from the ice: of a student who found out how life begins, and of what came to him one night in November.',
    opening:
      'You will rejoice to hear that no disaster has accompanied the commencement of an enterprise which you have regarded with such evil forebodings.',
  },
  {
    id: 'room-with-a-view',
    title: 'A Room with a View',
    author: 'E. M. Forster',
    year: 1908,
    genre: 'Novel',
    price: 1190,
    cover: { motif: 'sun', colors: ['#ffe5d9', '#f4978e', '#6d2e46'] },
    blurb:
      'Two ladies in Florence are given rooms over the courtyard. Two gentlemen offer to change. It takes a year to sort out.',
    opening:
      '“The Signora had no business to do it,” said Miss Bartlett, “no business at all. She promised us south rooms with a view close together.”',
  },
];

/** @param {string | undefined} id */
export function findBook(id) {
  return books.find((book) => book.id === id);
}

/** @param {{ text: string, genre: string }} wanted */
export function searchBooks({ text, genre }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return books.filter((book) => {
    const haystack = `${book.title} ${book.author}`.toLowerCase();
    return (genre === '' || book.genre === genre) && words.every((word) => haystack.includes(word));
  });
}

/** @param {number} cents */
export function formatPrice(cents) {
  return `€ ${(cents / 100).toFixed(2)}`;
}
