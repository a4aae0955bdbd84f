import type { FieldErrors } from '../../validation/field-errors.ts'
import { validateLocalPath } from '../../validation/local-path.ts'
import type { PodSecurityContext, PodSpec, SecurityContext } from './pod-spec.ts'

type SeccompProfile = NonNullable<SecurityContext['seccompProfile']>
type AppArmorProfile = NonNullable<SecurityContext['appArmorProfile']>

const MAX_ID = 2 ** 31 - 1
const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined']
const SYSCTL_SEGMENT = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?'
const SYSCTL = `^(${SYSCTL_SEGMENT}[\\./])*${SYSCTL_SEGMENT}$`
const sysctl = new RegExp(SYSCTL)
const MAX_SYSCTL = 253

/** Checks what a container's processes may do (Kubernetes: ValidateSecurityContext). */
export function validateSecurityContext(
  context: SecurityContext | undefined,
  path: string,
  hasHostUsers: boolean,
  errors: FieldErrors,
): void {
  if (!context) return
  validateId(context.runAsUser, `${path}.runAsUser`, errors)
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors)
  const { procMount } = context
  if (procMount !== undefined && procMount !== 'Default' && procMount !== 'Unmasked') {
    errors.notSupported(`${path}.procMount`, procMount, ['Default', 'Unmasked'])
  }
  if (procMount === 'Unmasked' && hasHostUsers) {
    errors.invalid(`${path}.procMount`, procMount, '`hostUsers` must be false to use `Unmasked`')
  }
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors)
  validateEscalation(context, path, errors)
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors)
}

/** The same of what holds for a whole pod (validatePodSpecSecurityContext). */
export function validatePodSecurityContext(spec: PodSpec, errors: FieldErrors): void {
  const { securityContext: context = {} } = spec
  const path = 'spec.securityContext'
  validateId(context.fsGroup, `${path}.fsGroup`, errors)
  validateId(context.runAsUser, `${path}.runAsUser`, errors)
  validateId(context.runAsGroup, `${path}.runAsGroup`, errors)
  for (const [index, id] of (context.supplementalGroups ?? []).entries()) {
    validateId(id, `${path}.supplementalGroups[${index}]`, errors)
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    errors.invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')
  }
  validateSysctls(spec, context, errors)
  oneOfThese(context.fsGroupChangePolicy, ['Always', 'OnRootMismatch'], `${path}.fsGroupChangePolicy`, errors)
  validateSeccomp(context.seccompProfile, `${path}.seccompProfile`, errors)
  validateAppArmor(context.appArmorProfile, `${path}.appArmorProfile`, errors)
  oneOfThese(context.supplementalGroupsPolicy, ['Merge', 'Strict'], `${path}.supplementalGroupsPolicy`, errors)
  oneOfThese(context.seLinuxChangePolicy, ['Recursive'], `${path}.seLinuxChangePolicy`, errors)
}

function oneOfThese(value: string | undefined, supported: readonly string[], path: string, errors: FieldErrors): void {
  if (value !== undefined && !supported.includes(value)) errors.notSupported(path, value, supported)
}

function validateId(id: number | undefined, path: string, errors: FieldErrors): void {
  if (id !== undefined && (id < 0 || id > MAX_ID))
    errors.invalid(path, id, `must be between 0 and ${MAX_ID}, inclusive`)
}

function validateSysctls(spec: PodSpec, { sysctls = [] }: PodSecurityContext, errors: FieldErrors): void {
  const names = new Set<string>()
  for (const [index, { name = '' }] of sysctls.entries()) {
    const path = `spec.securityContext.sysctls[${index}].name`
    if (name === '') errors.required(path)
    else if (name.length > MAX_SYSCTL || !sysctl.test(name)) {
      errors.invalid(path, name, `must have at most ${MAX_SYSCTL} characters and match regex ${SYSCTL}`)
    } else if (names.has(name)) errors.duplicate(path, name)
    names.add(name)
    const host = sysctlHost(name)
    if (host && spec[host]) errors.invalid(path, name, `may not be specified when '${host}' is true`)
  }
}

/** With which namespace of the host a kernel parameter would be the host's own. */
function sysctlHost(name: string): 'hostNetwork' | 'hostIPC' | undefined {
  const dotted = name.replaceAll('/', '.')
  if (dotted.startsWith('net.')) return 'hostNetwork'
  const ofIpc = /^(kernel\.sem$|kernel\.shm|kernel\.msg|fs\.mqueue\.)/
  return ofIpc.test(dotted) ? 'hostIPC' : undefined
}

function validateSeccomp(profile: SeccompProfile | undefined, path: string, errors: FieldErrors): void {
  if (!profile) return
  const { type = '', localhostProfile } = profile
  if (type === '') errors.required(`${path}.type`, 'type is required when seccompProfile is set')
  else if (!PROFILE_TYPES.includes(type)) errors.notSupported(`${path}.type`, type, PROFILE_TYPES)
  if (type !== 'Localhost') {
    if (localhostProfile === undefined) return
    const shown = { Type: type, LocalhostProfile: localhostProfile }
    errors.invalid(`${path}.localhostProfile`, shown, 'can only be set when seccomp type is Localhost')
  } else if (localhostProfile === undefined) {
    errors.required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost')
  } else validateLocalPath(localhostProfile, `${path}.localhostProfile`, errors)
}

function validateAppArmor(profile: AppArmorProfile | undefined, path: string, errors: FieldErrors): void {
  if (!profile) return
  const { type = '', localhostProfile } = profile
  const at = `${path}.localhostProfile`
  if (type === '') errors.required(`${path}.type`, 'type is required when appArmorProfile is set')
  else if (!PROFILE_TYPES.includes(type)) errors.notSupported(`${path}.type`, type, PROFILE_TYPES)
  else if (type !== 'Localhost') {
    if (localhostProfile === undefined) return
    errors.invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')
  } else if (localhostProfile === undefined) errors.required(at, 'must be set when AppArmor type is Localhost')
  else if (localhostProfile !== localhostProfile.trim()) {
    errors.invalid(at, localhostProfile, 'must not be padded with whitespace')
  } else if (localhostProfile === '') errors.required(at, 'must be set when AppArmor type is Localhost')
}

function validateEscalation(context: SecurityContext, path: string, errors: FieldErrors): void {
  if (context.allowPrivilegeEscalation !== false) return
  const refuse = (what: string) =>
    errors.invalid(path, internalForm(context), `cannot set \`allowPrivilegeEscalation\` to false and ${what}`)
  if (context.privileged) refuse('`privileged` to true')
  for (const capability of context.capabilities?.add ?? []) {
    if (capability === 'CAP_SYS_ADMIN') refuse('`capabilities.Add` CAP_SYS_ADMIN')
  }
}

/** As Kubernetes shows it, which here prints what it works with. */
function internalForm(context: SecurityContext): object {
  const { capabilities, seLinuxOptions, seccompProfile, appArmorProfile } = context
  const profile = (of: SeccompProfile | AppArmorProfile | undefined) =>
    of ? { Type: of.type, LocalhostProfile: of.localhostProfile ?? null } : null
  return {
    Capabilities: capabilities ? { Add: capabilities.add ?? null, Drop: capabilities.drop ?? null } : null,
    Privileged: context.privileged ?? null,
    SELinuxOptions: seLinuxOptions
      ? {
          User: seLinuxOptions.user ?? '',
          Role: seLinuxOptions.role ?? '',
          Type: seLinuxOptions.type ?? '',
          Level: seLinuxOptions.level ?? '',
        }
      : null,
    WindowsOptions: null,
    RunAsUser: context.runAsUser ?? null,
    RunAsGroup: context.runAsGroup ?? null,
    RunAsNonRoot: context.runAsNonRoot ?? null,
    ReadOnlyRootFilesystem: context.readOnlyRootFilesystem ?? null,
    AllowPrivilegeEscalation: false,
    ProcMount: context.procMount ?? null,
    SeccompProfile: profile(seccompProfile),
    AppArmorProfile: profile(appArmorProfile),
  }
}
