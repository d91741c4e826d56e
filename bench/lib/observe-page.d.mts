/** Interactive elements on the page. */
export const INTERACTIVE_ELEMENTS: number;
/** Its HTML; complete in itself, nothing else is loaded. */
export function observePage(): string;
