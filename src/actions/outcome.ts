/** How an action ends: well, or with a failure that is a result, not an error of the call. */
import type { ScrapedData } from '../contract/scrape';

/** What an action has done. */
export interface Outcome {
  success: boolean;
  message: string;
  data?: ScrapedData;
}

/** An action that was understood and cannot be done, such as a click on a disabled button. Its message says all there is to say, so it is the exception too. */
export class ActionFailure extends Error {
  override readonly name = 'ActionFailure';
}

/** The action is done. */
export function done(message: string, data?: ScrapedData): Outcome {
  return { success: true, message, ...(data && { data }) };
}
