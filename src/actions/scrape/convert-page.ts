/** Converts the HTML of a page and its frames to markdown. Runs in the process for heavy work, because pages can be large. */
import { keptText } from '../../base/foreign-text';
import { sizeText } from '../../base/texts';
import { cleanHtml } from './clean-html';
import { placeholders, toMarkdown, type UrlWriter } from './markdown';
import type { MarkdownOrder, PageHtml } from './markdown-job';

/** Maximum length of the markdown, in bytes: that of the HTML. Nested lists grow by their indentation. */
const MAX_MARKDOWN = 4_000_000;

/** Returns the markdown. A truncated one says so at its end. */
export function convertPage(order: MarkdownOrder): string {
  const writeUrl: UrlWriter = order.useLinkPlaceholders ? placeholders() : (url) => url;
  const convert = ({ html, baseUrl }: PageHtml): string =>
    toMarkdown(cleanHtml(html, { ...order, baseUrl }), writeUrl);
  const sections = order.frames.map(({ url, page }) => {
    const markdown = convert(page);
    return markdown && `---\n\n**iframe** ${url}\n\n${markdown}`;
  });
  const markdown = [convert(order.main), ...sections].filter((it) => it !== '').join('\n\n');
  const cut = keptText(markdown, MAX_MARKDOWN);
  return [cut, ...whatWasCut(order, cut.length < markdown.length)].join('\n\n');
}

function whatWasCut({ main, frames }: MarkdownOrder, isCut: boolean): string[] {
  const pages = [main, ...frames.map(({ page }) => page)];
  const [full, read] = [
    pages.reduce((sum, { fullLength }) => sum + fullLength, 0),
    pages.reduce((sum, { html }) => sum + html.length, 0),
  ];
  if (full <= read && !isCut) return [];
  const how =
    full > read
      ? `it has ${sizeText(full)} of HTML, of which ${sizeText(read)} were read`
      : `its markdown is longer than ${sizeText(MAX_MARKDOWN)}`;
  return [`**The page was cut here**: ${how}. Scrape one part of it with \`selector\`.`];
}
