/** Writes `THIRD-PARTY.txt`: the licenses of the libraries that the build copies into our files. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The folder and the name of the package that a file belongs to. */
const PACKAGE = /^.*node_modules\/((?:@[^/]+\/)?[^/]+)(?=\/)/;
/** Folders by package name: of all builds of this process, which together make the package. */
const bundled = new Map();

/**
 * An esbuild plugin. The build that ends last writes the complete file.
 * @param {string} file
 */
export function notices(file) {
  return {
    name: 'notices',
    setup(build) {
      build.initialOptions.metafile = true;
      build.onEnd(async ({ metafile }) => {
        for (const { inputs } of Object.values(metafile?.outputs ?? {}))
          for (const [input, { bytesInOutput }] of Object.entries(inputs)) {
            const [folder, name] = PACKAGE.exec(input.replaceAll('\\', '/')) ?? [];
            if (name && bytesInOutput > 0) bundled.set(name, folder);
          }
        const texts = await Promise.all([...bundled.keys()].sort().map(noticeOf));
        await mkdir(dirname(file), { recursive: true });
        await writeFile(
          file,
          `This package contains the libraries below, unchanged, under their own licenses.\n\n${texts.join(`\n${'-'.repeat(72)}\n\n`)}`,
        );
      });
    },
  };
}

async function noticeOf(name) {
  const [manifest, text] = await Promise.all(
    ['package.json', 'LICENSE'].map((file) => readFile(join(bundled.get(name), file), 'utf8')),
  );
  const { version, license, repository } = JSON.parse(manifest);
  const source = typeof repository === 'string' ? repository : repository.url;
  return `${name} ${version} (${license}), source: ${source}\n\n${text.trim()}\n`;
}
