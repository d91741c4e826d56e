/** Validates files of CI services by the published schemas of their formats. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';

/** The schemas have keywords of editors, and patterns that a Unicode expression refuses. */
const ajv = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false, logger: false });

/**
 * What a document violates: empty if it is valid.
 *
 * @param {string} schema the name of a file in `schemas`
 * @param {unknown} document
 */
export function problemsOf(schema, document) {
  const validate =
    ajv.getSchema(schema) ?? ajv.addSchema(readSchema(schema), schema).getSchema(schema);
  if (validate(document)) return [];
  return validate.errors.map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

function readSchema(name) {
  return JSON.parse(readFileSync(join(import.meta.dirname, `schemas/${name}.json`), 'utf8'));
}
