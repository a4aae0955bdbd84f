/** The version of this package, as its package.json has it; a test keeps the two in step. */
export const executorVersion = '0.1.0'
