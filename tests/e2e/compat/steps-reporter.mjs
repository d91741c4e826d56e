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
    // each once, in one order: how often a poll asks, and who is first of two that run at once, is chance
    (this.steps[test.title] ??= []).push([...new Set(result.steps.flatMap(linesOf))].sort());
  }

  onEnd() {
    writeFileSync('steps.json', JSON.stringify(this.steps));
  }

  printsToStdio() {
    return false;
  }
}
