/** Values of the client's own options, checked before anything is done: callers in JavaScript have no compiler that does it. */
import * as z from 'zod';

/** A time that is waited at most; `Infinity` for as long as it takes. */
export const milliseconds = z.custom<number>((value) => typeof value === 'number' && value >= 0, {
  error: 'Invalid input: expected a number of milliseconds, 0 or more',
});

/** A function. */
export const callback = z.custom<() => unknown>((value) => typeof value === 'function', {
  error: 'Invalid input: expected a function',
});
