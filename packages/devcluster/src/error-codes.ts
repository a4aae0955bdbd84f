/** Every code of the errors that this package throws on purpose; docs/reference/errors.md explains each. */
export const errorCodes = ['FAULT_TARGET_MISSING', 'KUBECONFIG_EXISTS', 'PORT_TAKEN'] as const

/** A code of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number]
