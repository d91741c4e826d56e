/** Categories of the images of a page. */
import type { ImageCategory, ScrapedImage } from '../../contract/scrape';
import type { PageImage } from './page-html';

/** Maximum size of an icon on its longer side, in CSS pixels: that of the reference engine. */
const ICON_SIZE_PX = 64;

/** Returns the distinct images of a page, its favicon first. */
export function describeImages(images: readonly PageImage[], pageUrl: string): ScrapedImage[] {
  const known = new Map<string, ScrapedImage>();
  for (const [index, image] of images.entries()) {
    const key = image.url || `drawn ${index}`;
    if (!known.has(key))
      known.set(key, {
        url: image.url || null,
        category: categoryOf(image),
        description: image.label?.trim() || null,
      });
  }
  return [...favicon(pageUrl), ...known.values()];
}

/** Returns the category of an image, by its size and attributes. */
export function categoryOf({ kind, url, label, width, height, hints }: PageImage): ImageCategory {
  const isShown = width > 0 && height > 0;
  const isIcon =
    (isShown && Math.max(width, height) <= ICON_SIZE_PX) || /icon/i.test(`${hints} ${url}`);
  if (kind === 'svg') return isIcon ? 'svg_icon' : 'svg_content';
  if (isIcon) return 'icon';
  return label === '' || /\b(presentation|none)\b/.test(hints) ? 'decorative' : 'content_image';
}

function favicon(pageUrl: string): ScrapedImage[] {
  return /^https?:/.test(pageUrl)
    ? [{ url: new URL('/favicon.ico', pageUrl).href, category: 'favicon', description: null }]
    : [];
}
