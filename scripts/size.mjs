/** `npm run size`: how large the product is, in six numbers, and their limits in `size-limits.json`. Fails when a number exceeds its limit. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './lib/child.mjs';

const text = (file) => readFileSync(join(ROOT, file), 'utf8');
const parse = (file) => ts.createSourceFile(file, text(file), ts.ScriptTarget.Latest, true);
const find = (folder, name) =>
  readdirSync(join(ROOT, folder), { recursive: true })
    .filter((file) => name.test(file))
    .map((file) => join(folder, file));
const product = ['src', 'fixtures'].flatMap((folder) => find(folder, /\.tsx?$/)).map(parse);

/** Lines with code on them: neither blank nor only a comment. */
function codeLines(source) {
  const lines = new Set();
  visit(source, (node) => {
    if (node.getChildCount(source) > 0) return;
    const [first, last] = [node.getStart(source), node.getEnd()].map(
      (position) => source.getLineAndCharacterOfPosition(position).line,
    );
    for (let line = first; line <= last && node.getWidth(source) > 0; line++) lines.add(line);
  });
  return lines.size;
}

/** Calls `look` for each node, punctuation too, but not for comments. */
function visit(node, look) {
  look(node);
  for (const child of node.getChildren())
    if (!ts.isJSDoc(child) && !ts.isJSDocCommentContainingNode(child)) visit(child, look);
}

/** Fields that can be assigned again, of the class that has most. */
function mutableFields(source) {
  let most = 0;
  visit(source, (node) => {
    if (!ts.isClassLike(node)) return;
    const fields = node.members.filter(
      (member) =>
        ts.isPropertyDeclaration(member) &&
        !member.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ReadonlyKeyword),
    );
    most = Math.max(most, fields.length);
  });
  return most;
}

/** Members of the interface, or rows of the object, with this name. */
function members(file, name) {
  const found = parse(file).statements.find(
    (it) => (it.name ?? it.declarationList?.declarations[0].name)?.text === name,
  );
  if (ts.isInterfaceDeclaration(found)) return found.members.length;
  let rows = found.declarationList.declarations[0].initializer;
  while (!ts.isObjectLiteralExpression(rows)) rows = rows.expression; // `as const`
  return rows.properties.length;
}
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const sizes = {
  codeLines: sum(product.map(codeLines)),
  cssLines: sum(find('src', /\.css$/).map((file) => text(file).match(/^.*[^\s].*$/gm).length)), // comments too
  hostCalls: members('src/host/protocol.ts', 'HostCalls'),
  mutableFields: Math.max(...product.map(mutableFields)),
  playwrightInternals: members('src/playwright/internals.ts', 'SEAMS'),
  bundlerLines: sum(
    find('scripts', /^notices\.mjs$/)
      .map(parse)
      .map(codeLines),
  ),
};

const limits = JSON.parse(text('size-limits.json'));
for (const [name, size] of Object.entries(sizes)) {
  const isOver = size > limits[name];
  console.log(`${name}: ${size} of ${limits[name]}${isOver ? ' TOO LARGE' : ''}`);
  if (isOver) process.exitCode = 1;
}
if (process.exitCode) console.log('Make it smaller, or say in the commit why the limit is raised.');
