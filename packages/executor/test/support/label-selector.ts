/** Whether labels fit a selector: `a=b`, `a!=b`, `a`, `!a`, `a in (x,y)`, `a notin (x,y)`, joined by commas. */
export function matchesLabels(selector: string | undefined, labels: Readonly<Record<string, string>> = {}): boolean {
  return splitTopLevel(selector ?? '').every((requirement) => matchesOne(requirement.trim(), labels))
}

/** Whether a pod fits `status.phase=X`, `status.phase!=X`, `metadata.name=X`, joined by commas. */
export function matchesFields(selector: string | undefined, fields: Readonly<Record<string, string>>): boolean {
  return (selector ?? '')
    .split(',')
    .filter(Boolean)
    .every((part) => {
      const [, field = '', operator = '', value = ''] = /^([\w.]+)(!=|==|=)(.*)$/.exec(part) ?? []
      if (!(field in fields)) throw new Error(`field selector not supported: ${part}`)
      return (fields[field] === value) === (operator !== '!=')
    })
}

function matchesOne(requirement: string, labels: Readonly<Record<string, string>>): boolean {
  const set = /^(\S+) (in|notin) \(([^)]*)\)$/.exec(requirement)
  if (set) {
    const [, label = '', operator, values = ''] = set
    const isIn = label in labels && values.split(',').includes(labels[label] ?? '')
    return operator === 'in' ? isIn : !isIn
  }
  const equality = /^([^!=\s]+)(!=|==|=)(.*)$/.exec(requirement)
  if (equality) {
    const [, label = '', operator, value] = equality
    return (labels[label] === value) === (operator !== '!=')
  }
  return requirement.startsWith('!') ? !(requirement.slice(1) in labels) : requirement in labels
}

function splitTopLevel(selector: string): string[] {
  return selector.split(/,(?![^(]*\))/).filter((part) => part.trim() !== '')
}
