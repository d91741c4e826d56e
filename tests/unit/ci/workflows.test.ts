/** The files of `.github` are valid, and the release workflow publishes only what every test has passed. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import manifest from '../../../package.json';
import { problemsOf, type Schema } from '../../ci/schema.mjs';

const GITHUB = join(import.meta.dirname, '../../../.github');
const read = (name: string): unknown => parse(readFileSync(join(GITHUB, name), 'utf8'));
const filesOf = (folder: string): string[] =>
  readdirSync(join(GITHUB, folder)).map((name) => `${folder}/${name}`);

interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<
    string,
    {
      needs?: string;
      uses?: string;
      permissions?: Record<string, string>;
      'timeout-minutes'?: number;
      steps?: Step[];
    }
  >;
}
interface Step {
  run?: string;
  uses?: string;
  with?: Record<string, unknown>;
}

const schemaOf = (name: string): Schema => {
  if (name.startsWith('workflows/')) return 'github-workflow';
  return name.endsWith('/config.yml') ? 'github-issue-config' : 'github-issue-forms';
};

test.each([...filesOf('workflows'), ...filesOf('ISSUE_TEMPLATE')])('%s is valid', (name) => {
  expect(problemsOf(schemaOf(name), read(name))).toEqual([]);
});

test('the schemas refuse what is wrong', () => {
  const wrong = { on: 'push', jobs: { a: { 'runs-on': 'x', steps: [{ run: 'ls', wth: 1 }] } } };
  expect(problemsOf('github-workflow', wrong)).not.toEqual([]);
});

describe.each(filesOf('workflows'))('%s', (name) => {
  const { jobs, permissions } = read(name) as Workflow;
  const steps = Object.values(jobs).flatMap((job) => job.steps ?? []);

  it('may only read, unless a job says otherwise, and ends in time', () => {
    expect([{}, { contents: 'read' }]).toContainEqual(permissions);
    for (const job of Object.values(jobs)) expect(job.uses ?? job['timeout-minutes']).toBeDefined();
  });

  it('runs scripts that exist', () => {
    const scripts = steps
      .flatMap(({ run = '' }) => [...run.matchAll(/npm run ([\w:]+)/g)])
      .map(([, script]) => script);
    expect(
      scripts.filter((script) => !(script ?? '') || !Object.hasOwn(manifest.scripts, script ?? '')),
    ).toEqual([]);
  });

  it('puts no expression into a shell, and keeps no credentials in the clone', () => {
    expect(steps.filter(({ run }) => run?.includes('${{'))).toEqual([]);
    const clones = steps.filter(({ uses }) => uses?.startsWith('actions/checkout'));
    for (const clone of clones) expect(clone.with).toEqual({ 'persist-credentials': false });
  });
});

describe('a release', () => {
  const { jobs } = read('workflows/release.yml') as Workflow;

  it('waits for every test, on each system', () => {
    expect(jobs['publish']?.needs).toBe('test');
    expect(jobs['test']?.uses).toBe('./.github/workflows/test.yml');
    const tests = read('workflows/test.yml') as Workflow;
    const runs = JSON.stringify(tests.jobs);
    expect(runs).toContain('bash .ci/run');
    for (const system of ['ubuntu', 'windows', 'macos']) expect(runs).toContain(`${system}-latest`);
  });

  it('publishes by OIDC with provenance, without a token', () => {
    expect(jobs['publish']?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    const text = JSON.stringify(jobs);
    expect(text).toContain('npm publish --provenance');
    expect(text).not.toMatch(/secrets\.|NODE_AUTH_TOKEN|continue-on-error/);
  });
});
