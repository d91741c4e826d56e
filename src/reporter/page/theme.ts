/** Light or dark: as the system has it, until the reader changes it. */

const KEY = 'sessionwright.theme';

/** What the reader has chosen before, where the browser lets a file remember it. */
export function restoreTheme(): void {
  const theme = remembered();
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset['theme'] = theme;
}

/** From light to dark, and back. */
export function nextTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset['theme']
    ? root.dataset['theme'] === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  const theme = isDark ? 'light' : 'dark';
  root.dataset['theme'] = theme;
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // nothing may be stored: it lasts as long as the page
  }
}

function remembered(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}
