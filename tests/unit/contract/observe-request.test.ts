/** The request of an observation, and an answer that tells as little as may be. */
import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../src/contract/errors';
import { decodeObserveRequest, encodeObserveRequest } from '../../../src/contract/observation';
import { decodeSpace, spaceSchema } from '../../../src/contract/observed-space';
import { thrownBy } from '../thrown-by';

describe('a request', () => {
  it('is read with what it says, and without what is null', () => {
    const asked = {
      url: 'https://a.test',
      instructions: 'x',
      perceptionType: 'deep',
      minNbActions: 1,
      maxNbActions: 5,
    } as const;
    expect(decodeObserveRequest(encodeObserveRequest(asked))).toEqual(asked);
    const nulls = { url: null, instructions: null, perception_type: null, min_nb_actions: null };
    expect(decodeObserveRequest({ ...nulls, max_nb_actions: '7' })).toEqual({ maxNbActions: 7 });
  });

  it('is refused by name', () => {
    const error = thrownBy(() => decodeObserveRequest({ min_nb_action: 1 }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({
      message:
        'Invalid observe request: min_nb_action: unknown field; did you mean "min_nb_actions"?',
    });
  });
});

describe('an element of another server', () => {
  const read = (selector: object, description = '') =>
    decodeSpace(
      spaceSchema.parse({
        description,
        interaction_actions: [{ type: 'click', id: 'B1', selector }],
      }),
      [],
    )[0];

  it('has the selectors that are told, and no others', () => {
    const rest = { iframeParentCssSelectors: [], inIframe: false, inShadowRoot: false };
    expect(read({ playwright_selector: 'p' })?.selectors).toEqual({
      ...rest,
      ...{ cssSelector: '', xpathSelector: '', playwrightSelector: 'p' },
    });
    expect(read({ css_selector: '', in_iframe: true })?.selectors).toBeNull();
  });

  it('is named by the line that begins with its id', () => {
    expect(read({}, 'See B1[:]No\nB1[:]<b>Buy</b><i>now</i>')?.name).toBe('Buy now');
    expect(read({}, 'See B1[:]No')?.name).toBe('');
  });
});
