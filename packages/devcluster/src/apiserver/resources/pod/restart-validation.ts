import type { FieldErrors } from '../../validation/field-errors.ts'
import type { Container, RestartRule } from './pod-spec.ts'

const POLICIES = ['Always', 'Never', 'OnFailure']
const ACTIONS = ['Restart', 'RestartAllContainers']
const OPERATORS = ['In', 'NotIn']

/** Checks when a container is started again, where it says so itself (Kubernetes: validateContainerRestartPolicy). */
export function validateRestarts(
  { restartPolicy, restartPolicyRules = [] }: Container,
  path: string,
  errors: FieldErrors,
  { isInit = false } = {},
): void {
  if (restartPolicy !== undefined && !POLICIES.includes(restartPolicy)) {
    errors.notSupported(`${path}.restartPolicy`, restartPolicy, POLICIES)
  }
  if (restartPolicyRules.length > 0 && restartPolicy === undefined) {
    errors.required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used')
    // Of an init container nothing more is looked at then.
    if (isInit) return
  }
  for (const [index, rule] of restartPolicyRules.entries()) {
    validateRule(rule, `${path}.restartPolicyRules[${index}]`, errors)
  }
}

function validateRule({ action = '', exitCodes }: RestartRule, path: string, errors: FieldErrors): void {
  if (!ACTIONS.includes(action)) errors.notSupported(`${path}.action`, action, ACTIONS)
  if (!exitCodes) {
    errors.required(`${path}.exitCodes`, 'must be specified')
    return
  }
  const { operator = '' } = exitCodes
  if (!OPERATORS.includes(operator)) errors.notSupported(`${path}.exitCodes.operator`, operator, OPERATORS)
}
