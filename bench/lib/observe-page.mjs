/** A page of a shop with 2,000 interactive elements, for measuring how fast a page is observed. */

/** Interactive elements of one row of the table: a link, a quantity, a size, a box to tick and a button. */
const PER_ROW = 5;
/** Interactive elements outside the table: the head of the page. */
const IN_HEAD = 5;
/** Interactive elements on the page. */
export const INTERACTIVE_ELEMENTS = 2_000;

/** Its HTML; complete in itself, nothing else is loaded. */
export function observePage() {
  const rows = Array.from({ length: (INTERACTIVE_ELEMENTS - IN_HEAD) / PER_ROW }, (_, index) =>
    row(index + 1),
  );
  return `<!doctype html><html lang="en"><head><title>Catalogue</title><style>
    body { font: 14px sans-serif; margin: 16px } table { border-collapse: collapse; width: 100% } td { border-top: 1px solid #ddd; padding: 4px 8px } button { cursor: pointer }
  </style></head><body>
  <nav aria-label="Main"><a href="/">Home</a> <a href="/offers">Offers</a> <a href="/cart">Cart</a></nav>
  <form role="search"><label>Search <input type="search" name="q" placeholder="Title or author"></label> <button>Search</button></form>
  <h1>Catalogue</h1>
  <table><thead><tr><th>Book</th><th>Price</th><th>Quantity</th><th>Format</th><th>Gift</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>
  </body></html>`;
}

function row(number) {
  return `<tr><td><a href="/books/${number}">Book number ${number}</a><p>Hardly read, by author ${number % 37}.</p></td><td>${(number % 90) + 9}.90 EUR</td>
    <td><input type="number" aria-label="Quantity of book ${number}" value="1" min="0"></td>
    <td><select aria-label="Format of book ${number}"><option>Paperback</option><option>Hardcover</option><option>E-book</option></select></td>
    <td><label><input type="checkbox" name="gift-${number}"> Wrap book ${number}</label></td><td><button type="button">Add book ${number} to cart</button></td></tr>`;
}
