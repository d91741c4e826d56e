/** Writes down where in the suite each step of a run was called. */
import { writeFileSync } from 'node:fs';

/** @param {import('@playwright/test/reporter').TestStep} step */
const linesOf = (step) => [
  ...(step.location?.file.endsWith('suite.spec.ts')
    ? [`:${step.location.line}:${step.location.column} ${step.category} ${step.title}`]
    : []),
  ...step.steps.flatMap(linesOf),
];

export default class {
  lines = new Set(); // of all tests: how often a poll asks, and which test of a worker is its first and has its fixtures and hooks, is chance

  onTestEnd(test, result) {
    for (const line of result.steps.flatMap(linesOf)) this.lines.add(line);
  }

  onEnd() {
    writeFileSync('steps.json', JSON.stringify([...this.lines].sort()));
  }

  printsToStdio() {
    return false;
  }
}
