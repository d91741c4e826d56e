export type Schema =
  | 'azure-pipelines'
  | 'circleci'
  | 'github-issue-config'
  | 'github-issue-forms'
  | 'github-workflow'
  | 'gitlab-ci';

export function problemsOf(schema: Schema, document: unknown): string[];
