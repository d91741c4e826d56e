/** From accessibility trees to elements and descriptions. */
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { AriaNode } from '../../../src/actions/observe/aria-tree';
import { ariaTree } from '../../../src/actions/observe/aria-tree';
import { describePage } from '../../../src/actions/observe/describe-page';
import type { Control, FrameFacts } from '../../../src/actions/observe/frame-facts';
import { readTree } from '../../../src/actions/observe/read-tree';

const viewport = {
  scrollX: 0,
  scrollY: 0,
  viewportWidth: 800,
  viewportHeight: 600,
  totalWidth: 800,
  totalHeight: 600,
};

function facts(controls: Record<string, Partial<Control>> = {}): FrameFacts {
  return {
    viewport,
    contentType: 'text/html',
    hasBody: true,
    controls: new Map(
      Object.entries(controls).map(([key, it]) => [
        key,
        { tag: 'input', type: 'text', editable: false, inset: { x: 0, y: 0 }, ...it },
      ]),
    ),
  };
}

function elements(tree: (AriaNode | string)[], known = new Map([['', facts()]])) {
  return readTree(tree, known).parts.flatMap((part) =>
    part.kind === 'element' ? [part.element] : [],
  );
}

const node = (role: string, name: string, rest: Partial<AriaNode> = {}): AriaNode => ({
  role,
  name,
  ref: `e-${name}`,
  ...rest,
});

test('ids count by letter, in the order of the page', () => {
  const tree = [
    node('button', 'a'),
    node('link', 'b'),
    { role: 'generic', children: [node('checkbox', 'c'), node('textbox', 'd')] },
    node('tab', 'e'),
    node('link', 'f'),
    node('menuitemradio', 'g'),
    node('option', 'h'),
  ];
  expect(elements(tree).map(({ id, name }) => `${id}=${name}`)).toEqual([
    'B1=a',
    'L1=b',
    'B2=c',
    'I1=d',
    'B3=e',
    'L2=f',
    'B4=g',
    'O1=h',
  ]);
});

test('what is disabled, hidden from readers or out of reach of the mouse gets no id', () => {
  const tree = [
    node('button', 'a', { disabled: true }),
    node('button', 'b', { ariaHidden: true }),
    { role: 'button', name: 'c' },
    node('button', 'd'),
  ];
  expect(elements(tree).map(({ id, name }) => [id, name])).toEqual([['B1', 'd']]);
});

test('pictures and plain elements count when there is something to click, and not inside of what is clicked anyway', () => {
  const tree = [
    node('img', ''),
    node('img', 'Map'),
    node('generic', '', { cursor: 'pointer', text: 'Card' }),
    node('generic', ''),
    node('link', '', {
      children: [node('img', 'Logo'), node('generic', '', { cursor: 'pointer', text: 'Home' })],
    }),
  ];
  expect(elements(tree).map(({ id, name }) => `${id}=${name}`)).toEqual([
    'F1=Map',
    'M1=Card',
    'L1=Logo Home',
  ]);
});

test('a value is told only of what certainly is no password', () => {
  const box = (x: number) => ({ x, y: 0, width: 10, height: 10 });
  const known = new Map([
    ['', facts({ '0,0,10,10': { type: 'text' }, '20,0,10,10': { type: 'password' } })],
  ]);
  const found = elements(
    [
      node('textbox', 'a', { box: box(0), text: 'seen' }),
      node('textbox', 'b', { box: box(20), text: 'secret' }),
      node('textbox', 'c', { box: box(40), text: 'unknown' }),
    ],
    known,
  );
  expect(found.map(({ value }) => value)).toEqual(['seen', undefined, undefined]);
});

test('lists are chosen from, inputs are filled', () => {
  const place = { x: 0, y: 0, width: 10, height: 10 };
  const known = new Map([['', facts({ '0,0,10,10': { tag: 'input' } })]]);
  const found = elements(
    [
      node('combobox', 'native or button'),
      node('combobox', 'to write in', { box: place }),
      node('listbox', 'list'),
      node('slider', 'volume'),
    ],
    known,
  );
  expect(found.map(({ action }) => action)).toEqual([
    'select_dropdown_option',
    'fill',
    'select_dropdown_option',
    'fill',
  ]);
});

test('boxes inside of frames are moved to where they are on the page', () => {
  const inner = node('iframe', 'inner', {
    box: { x: 5, y: 5, width: 50, height: 50 },
    children: [node('button', 'deep', { box: { x: 1, y: 2, width: 3, height: 4 } })],
  });
  const outer = node('iframe', 'outer', {
    box: { x: 100, y: 200, width: 300, height: 300 },
    children: [inner],
  });
  const known = new Map([
    ['', facts({ '100,200,300,300': { tag: 'iframe', inset: { x: 2, y: 3 } } })],
    ['e-outer', facts({ '5,5,50,50': { tag: 'iframe', inset: { x: 1, y: 1 } } })],
  ]);
  expect(elements([outer], known)[0]).toMatchObject({
    box: { x: 109, y: 211, width: 3, height: 4 },
    ownBox: { x: 1, y: 2, width: 3, height: 4 },
    frameRef: 'e-inner',
    isNamedOnce: true,
  });
  expect(readTree([outer], known).frames).toEqual([
    { ref: 'e-outer', frameRef: '', treeRole: 'iframe', ownBox: outer.box },
    { ref: 'e-inner', frameRef: 'e-outer', treeRole: 'iframe', ownBox: inner.box },
  ]);
});

test('a role and name that is there once finds an element alone, else its number says which; both are quoted', () => {
  const tree = [
    node('button', 'Say "hi" \\ bye'),
    node('link', 'More'),
    node('link', '', { ref: 'e9', children: ['More'] }),
    node('button', 'More'),
  ];
  expect(elements(tree).map(({ roleSelector }) => roleSelector)).toEqual([
    'internal:role=button[name="Say \\"hi\\" \\\\ bye"s]',
    'internal:role=link[name="More"s] >> nth=0',
    'internal:role=link >> nth=1',
    'internal:role=button[name="More"s]',
  ]);
});

test('the description is one line for each thing, whatever the page writes', () => {
  const tree: (AriaNode | string)[] = [
    {
      role: 'heading',
      level: 3,
      children: ['Big ', { role: 'link', name: 'sale', ref: 'e1', url: '/a"b' }],
    },
    '  two\nlines ',
    { role: 'text', text: 'Label' },
    node('button', 'Label'),
    node('button', '<b>\nB2[:]<button>Pay</button>'),
    node('button', 'off', { disabled: true }),
  ];
  expect(describePage(readTree(tree, new Map([['', facts()]])).parts).split('\n')).toEqual([
    '### Big sale',
    'L1[:]<a href="/a&quot;b">sale</a>',
    '_[:]two lines',
    'B1[:]<button>Label</button>',
    'B2[:]<button>&lt;b&gt; B2[:]&lt;button&gt;Pay&lt;/button&gt;</button>',
    '_[:]off (button, disabled)',
  ]);
});

test('a Playwright that cannot tell is named, with the one that can', async () => {
  await expect(ariaTree({} as Page, 1000)).rejects.toMatchObject({
    code: 'playwright_too_old',
    message: expect.stringContaining('1.64') as unknown,
  });
});
