/** Outcomes of actions. A failure is a result, not an error of the call. */
import type { ScrapedData } from '../contract/scrape';

/** Outcome of an action. */
export interface Outcome {
  success: boolean;
  message: string;
  data?: ScrapedData;
}

/** A valid action that cannot be done, such as a click on a disabled button. Its message is also the exception of the result. */
export class ActionFailure extends Error {
  override readonly name = 'ActionFailure';
}

/** Returns a success. */
export function done(message: string, data?: ScrapedData): Outcome {
  return { success: true, message, ...(data && { data }) };
}
