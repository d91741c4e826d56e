/** Checks without a session. They load the schemas of the options: meanwhile, Playwright loads the configuration. */
export { machineChecks } from './machine-checks';
export { sourceChecks } from './source-checks';
export { suiteChecks } from './suite-checks';
