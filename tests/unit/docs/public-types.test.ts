/** Everything that the entry points export is documented: each declaration, and each member of a type. */
import { join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../../..');
const ENTRIES = [
  'fixtures/index.ts',
  'src/config/index.ts',
  'src/reporter/index.ts',
  'src/client/index.ts',
  'src/server/index.ts',
].map((name) => join(ROOT, name));

test('every exported declaration and every member of it has a doc comment', () => {
  expect(undocumented()).toEqual([]);
}, 60_000);

/** What has none, as `file: Type.member`. */
function undocumented(): string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (file) =>
    ts.sys.readFile(file),
  ) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const program = ts.createProgram(ENTRIES, options);
  const checker = program.getTypeChecker();
  const found = new Set<string>();
  const check = (symbol: ts.Symbol, name: string): void => {
    if (ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim() === '')
      found.add(
        `${relative(ROOT, symbol.declarations?.[0]?.getSourceFile().fileName ?? '')}: ${name}`,
      );
  };
  for (const entry of ENTRIES) {
    const source = program.getSourceFile(entry);
    const module = source && checker.getSymbolAtLocation(source);
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol =
        exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      if (!isOurs(symbol)) continue;
      check(symbol, exported.name);
      for (const member of membersOf(checker, symbol))
        check(member, `${exported.name}.${member.name}`);
    }
  }
  return [...found].sort();
}

/** The properties and methods that users see. */
function membersOf(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol[] {
  const isType = ts.SymbolFlags.Interface | ts.SymbolFlags.Class | ts.SymbolFlags.TypeAlias;
  if (!(symbol.flags & isType)) return [];
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const parts = type.isUnion() ? type.types : [type];
  return parts
    .filter((part) => part.flags & (ts.TypeFlags.Object | ts.TypeFlags.Intersection))
    .flatMap((part) => checker.getPropertiesOfType(part))
    .filter((member) => isOurs(member) && !isHidden(member) && !isDiscriminant(member));
}

function isOurs(symbol: ts.Symbol): boolean {
  const files = symbol.declarations?.map((it) => it.getSourceFile().fileName) ?? [];
  return (
    files.length > 0 &&
    files.every((file) => file.startsWith(ROOT) && !file.includes('node_modules'))
  );
}

/** What tells the members of a union apart, such as `type: 'goto'`. Those of `Action` are in docs/actions.md. */
function isDiscriminant({ valueDeclaration: declaration }: ts.Symbol): boolean {
  return (
    declaration !== undefined &&
    ts.isPropertySignature(declaration) &&
    declaration.type !== undefined &&
    (ts.isLiteralTypeNode(declaration.type) || ts.isTypeReferenceNode(declaration.type)) &&
    (declaration.name.getText() === 'type' || declaration.name.getText() === 'mode') &&
    !ts.isInterfaceDeclaration(declaration.parent)
  );
}

/** Private, or a well-known symbol such as `Symbol.asyncDispose`. */
function isHidden(member: ts.Symbol): boolean {
  return (
    member.name.startsWith('#') ||
    member.name.startsWith('__') ||
    member.getJsDocTags().some(({ name }) => name === 'internal') // the build strips them from the declarations
  );
}
