export function failedTests(output: string): string[]
