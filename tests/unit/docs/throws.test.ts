/** An exported function, or a public method of an exported class, that throws says what. */
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');

test('every exported function with a throw in it has a @throws', () => {
  expect(silent()).toEqual([]);
});

/** Those that do not say it, as `file: name`. */
function silent(): string[] {
  const files = ['src', 'fixtures'].flatMap((folder) =>
    ts.sys.readDirectory(join(ROOT, folder), ['.ts']),
  );
  return files.flatMap((file) => {
    const source = ts.createSourceFile(
      file,
      ts.sys.readFile(file) ?? '',
      ts.ScriptTarget.ES2022,
      true,
    );
    const functions = source.statements.flatMap((it) =>
      isExported(it) ? publicFunctions(it) : [],
    );
    return functions
      .filter(
        (it) =>
          throwsItself(it) && !ts.getJSDocTags(it).some(({ tagName }) => tagName.text === 'throws'),
      )
      .map((it) => `${relative(ROOT, file)}: ${it.name?.getText() ?? 'constructor'}`);
  });
}

/** A function itself, or the methods of a class that others can call. */
function publicFunctions(statement: ts.Statement): ts.FunctionLikeDeclaration[] {
  if (ts.isFunctionDeclaration(statement)) return [statement];
  if (!ts.isClassDeclaration(statement)) return [];
  return statement.members.filter(ts.isFunctionLike).filter((it): it is ts.MethodDeclaration => {
    const isPrivate = ts.getCombinedModifierFlags(it) & ts.ModifierFlags.Private;
    return !isPrivate && !(it.name && ts.isPrivateIdentifier(it.name));
  });
}

function isExported(node: ts.Statement): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
  );
}

/** True for a `throw` of its own: one in a function inside is thrown elsewhere. */
function throwsItself({ body }: ts.FunctionLikeDeclaration): boolean {
  const visit = (node: ts.Node): boolean => {
    if (ts.isThrowStatement(node)) return true;
    if (ts.isFunctionLike(node)) return false;
    if (ts.isTryStatement(node) && node.catchClause) return visit(node.catchClause);
    return ts.forEachChild(node, visit) ?? false;
  };
  return body !== undefined && visit(body);
}
