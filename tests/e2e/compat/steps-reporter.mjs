/** Writes down where in the suite each step of each attempt was called. */
import { writeFileSync } from 'node:fs';

/** @param {import('@playwright/test/reporter').TestStep} step */
const linesOf = (step) => [
  ...(step.location?.file.endsWith('suite.spec.ts') ? [`${step.category} ${step.title} :${step.location.line}:${step.location.column}`] : []),
  ...step.steps.flatMap(linesOf),
];

export default class {
  steps = {};

  onTestEnd(test, result) {
    (this.steps[test.title] ??= []).push(result.steps.flatMap(linesOf));
  }

  onEnd() {
    writeFileSync('steps.json', JSON.stringify(this.steps));
  }

  printsToStdio() {
    return false;
  }
}
