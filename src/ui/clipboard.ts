/** Copies text for whoever looks at one of our pages. */

/** @returns whether it could: browsers give a clipboard only to pages that come over HTTPS or from this machine, and not to every frame */
export async function copyText(text: string): Promise<boolean> {
  if (!isSecureContext) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
