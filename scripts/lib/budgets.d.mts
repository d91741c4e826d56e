export function overBudget(
  sizes: Record<string, number>,
  limits: Record<string, number>,
  print: (line: string) => void,
): string[];
