/** What `init` does to one file: the changed lines, and nothing else. */
import { describe, expect, it } from 'vitest';
import { convertConfig } from '../../../../src/cli/init/config';
import { convertImports } from '../../../../src/cli/init/imports';
import { applyEdits, parseSource, type ManualChange } from '../../../../src/cli/init/syntax';

const imports = (text: string, file = '/suite/a.spec.ts'): string => {
  const { edits } = convertImports(parseSource(file, text));
  return applyEdits(text, edits);
};
const config = (text: string, file = '/suite/playwright.config.ts'): string => {
  const { edits } = convertConfig(parseSource(file, text));
  return applyEdits(text, edits);
};
const manualOf = (convert: typeof convertConfig, text: string): ManualChange[] =>
  convert(parseSource('/suite/a.ts', text)).manual;

describe('imports', () => {
  it.each([
    "import { test, expect } from '@playwright/test';",
    "import { test as base, type Page } from '@playwright/test'",
    'import { expect, test as setup } from "@playwright/test";',
    "import test from '@playwright/test';",
    "import test, { expect } from '@playwright/test';",
    "import { default as it } from '@playwright/test';",
    "import { test, mergeTests } from '@playwright/test';",
    "import { test } from 'playwright/test';",
    "import * as pw from '@playwright/test'; pw.test('a', () => {});",
    "import * as pw from '@playwright/test'; const { test } = pw;",
    "import pw = require('@playwright/test'); pw.test('a', () => {});",
    "export { test, expect } from '@playwright/test';",
    "export { test as base } from '@playwright/test';",
    "export * from '@playwright/test';",
    "export * as pw from '@playwright/test';",
    "const { test, expect } = require('@playwright/test');",
    "const { test: base } = require('@playwright/test');",
    "const pw = require('@playwright/test'); module.exports.test = pw.test.extend({});",
    "const pw = require('@playwright/test'); module.exports = { ...pw };",
    "const test = require('@playwright/test').test;",
    "module.exports = require('@playwright/test');",
    "const { test } = await import('@playwright/test');",
    "import { test } from /* why */ '@playwright/test'; // what",
    "import { test } from '@playwright/test' with { type: 'javascript' };",
  ])('changes only the module of %s', (text) => {
    const changed = text.replace(/@?playwright\/test(?=['"])/, 'sessionwright');
    expect(imports(text)).toBe(changed);
    expect(imports(changed)).toBe(changed);
  });

  it.each([
    "import { expect } from '@playwright/test';",
    "import { type Page, type Locator, expect } from '@playwright/test';",
    "import type { test } from '@playwright/test';",
    "import { type test } from '@playwright/test';",
    "import { mergeTests } from '@playwright/test';",
    "import { defineConfig, devices } from '@playwright/test';",
    "import * as pw from '@playwright/test'; pw.expect(1).toBe(1);",
    "import type { Page } from '@playwright/test'; import { test } from './fixtures';",
    "export type { test } from '@playwright/test';",
    "export type * from '@playwright/test';",
    "export { expect } from '@playwright/test';",
    "export { type test } from '@playwright/test';",
    "import { test as base } from './base'; export * from '@playwright/test'; export const test = base.extend({});",
    "const { expect } = require('@playwright/test');",
    "const pw = require('@playwright/test'); pw.devices;",
    "const { chromium } = await import('@playwright/test');",
    "require('@playwright/test');",
    "const name = '@playwright/test'; // import { test } from '@playwright/test'",
  ])('leaves %s', (text) => {
    expect(imports(text)).toBe(text);
  });

  it('reads JSX, decorators and comments for the type checker', () => {
    const text = `#!/usr/bin/env node
// @ts-check
import { test } from '@playwright/test';
class Shop { @step() open() {} }
const view = <App name="a" />;
`;
    expect(imports(text, '/suite/a.spec.tsx')).toBe(
      text.replace('@playwright/test', 'sessionwright'),
    );
    expect(imports(text, '/suite/a.spec.jsx')).toBe(
      text.replace('@playwright/test', 'sessionwright'),
    );
  });

  it('keeps a byte order mark and the line ends of Windows', () => {
    const text = "\ufeffimport { test } from '@playwright/test';\r\ntest('a', () => {});\r\n";
    expect(imports(text)).toBe(text.replace('@playwright/test', 'sessionwright'));
  });

  it('does not change a file whose fixture has the name of one of ours', () => {
    const text = `import { test as base } from '@playwright/test';
export const test = base.extend<{ session: string }>({
  session: async ({}, use) => use('mine'),
});`;
    expect(imports(text)).toBe(text);
    expect(manualOf(convertImports, text)).toEqual([
      expect.objectContaining({ line: 3, problem: expect.stringContaining('"session"') as string }),
    ]);
    const matcher = text.replaceAll('base.extend', 'expect.extend');
    expect(manualOf(convertImports, matcher)).toEqual([]);
  });

  it('reports private names of Playwright', () => {
    const text = "import { test, _baseTest } from '@playwright/test';";
    expect(imports(text)).toBe(text);
    expect(manualOf(convertImports, text)).toHaveLength(1);
  });
});

describe('configuration', () => {
  const load = "import { withSessions } from 'sessionwright/config';\n";
  const require = "const { withSessions } = require('sessionwright/config');\n";
  it.each([
    {
      name: 'defineConfig',
      before:
        "import { defineConfig } from '@playwright/test';\nexport default defineConfig({ workers: 2 });\n",
      after: `import { defineConfig } from '@playwright/test';\n${load}export default defineConfig(withSessions({ workers: 2 }));\n`,
    },
    {
      name: 'the quotes, semicolons and line ends of the file',
      before:
        'import { defineConfig } from "@playwright/test"\r\nexport default defineConfig({})\r\n',
      after:
        'import { defineConfig } from "@playwright/test"\r\nimport { withSessions } from "sessionwright/config"\r\nexport default defineConfig(withSessions({}))\r\n',
    },
    {
      name: 'several configurations',
      before: "import base from './base';\nexport default defineConfig(base, { workers: 2 });\n",
      after: `import base from './base';\n${load}export default withSessions(defineConfig(base, { workers: 2 }));\n`,
    },
    {
      name: 'type arguments',
      before:
        "import { defineConfig } from '@playwright/test';\nexport default defineConfig<Options>({ workers: 2 });\n",
      after: `import { defineConfig } from '@playwright/test';\n${load}export default withSessions(defineConfig<Options>({ workers: 2 }));\n`,
    },
    {
      name: 'another configuration, spread',
      before: "import base from './base';\nexport default defineConfig({ ...base });\n",
      after: `import base from './base';\n${load}export default defineConfig(withSessions({ ...base }));\n`,
    },
    {
      name: 'an object without imports',
      before: '// The suite.\nexport default { workers: 2 };\n',
      after: `${load}// The suite.\nexport default withSessions({ workers: 2 });\n`,
    },
    {
      name: 'a variable',
      before:
        "import type { PlaywrightTestConfig } from '@playwright/test';\nconst config: PlaywrightTestConfig = {};\nexport default config;\n",
      after: `import type { PlaywrightTestConfig } from '@playwright/test';\n${load}const config: PlaywrightTestConfig = {};\nexport default withSessions(config);\n`,
    },
    {
      name: 'satisfies',
      before:
        "import type { Config } from '@playwright/test';\nexport default { workers: 2 } satisfies Config;\n",
      after: `import type { Config } from '@playwright/test';\n${load}export default withSessions({ workers: 2 } satisfies Config);\n`,
    },
    {
      name: 'module.exports',
      before:
        "const { defineConfig } = require('@playwright/test');\nmodule.exports = defineConfig({ workers: 2 });\n",
      after: `const { defineConfig } = require('@playwright/test');\n${require}module.exports = defineConfig(withSessions({ workers: 2 }));\n`,
    },
    {
      name: 'module.exports without require',
      before:
        '// @ts-check\n\n/** @type {import("@playwright/test").PlaywrightTestConfig} */\nmodule.exports = { workers: 2 };\n',
      after: `// @ts-check\n\n${require.replaceAll("'", '"')}/** @type {import("@playwright/test").PlaywrightTestConfig} */\nmodule.exports = withSessions({ workers: 2 });\n`,
    },
    {
      name: 'an object below a comment for a tool',
      before: '// @ts-check\nmodule.exports = { workers: 2 };\n',
      after: `// @ts-check\n${require}module.exports = withSessions({ workers: 2 });\n`,
    },
    {
      name: 'export =',
      before: "import pw = require('@playwright/test');\nexport = { workers: 2 };\n",
      after: `import pw = require('@playwright/test');\n${load}export = withSessions({ workers: 2 });\n`,
    },
  ])('wraps $name', ({ before, after }) => {
    expect(config(before)).toBe(after);
    expect(config(after)).toBe(after);
  });

  it.each(["export { default } from './base';", 'export default class {}', 'export const a = 1;'])(
    'reports what it cannot wrap: %s',
    (text) => {
      expect(config(text)).toBe(text);
      expect(manualOf(convertConfig, text)).toEqual([
        expect.objectContaining({
          line: 1,
          change: expect.stringContaining('withSessions') as string,
        }),
      ]);
    },
  );
});
