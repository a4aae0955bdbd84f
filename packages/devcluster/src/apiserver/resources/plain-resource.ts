import { checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { ALL_VERBS, onlyNameAndNamespace, type ResourceDefinition, tooOldForCache } from './resource-definition.ts'

type Named = Pick<ResourceDefinition, 'kind' | 'plural' | 'singular' | 'shortNames' | 'columns' | 'row'>

/** A resource of the core group with nothing special about it; `special` says what is. */
export function plainResource(special: Named & Partial<ResourceDefinition>): ResourceDefinition {
  const rules = {
    namespaced: special.namespaced ?? true,
    checkName: special.checkName ?? checkDnsSubdomain,
  }
  return {
    group: '',
    version: 'v1',
    namespaced: true,
    verbs: ALL_VERBS,
    subresources: [],
    typeName: special.kind,
    collection: special.plural,
    answersDeletedObject: false,
    fieldLabels: {},
    unknownFieldLabel: onlyNameAndNamespace,
    tooOldMessage: tooOldForCache,
    checkName: checkDnsSubdomain,
    prepareCreate: (object) => object,
    prepareUpdate: (next) => next,
    ...special,
    validate(object, errors) {
      validateMetadata(object.metadata, rules, errors)
      special.validate?.(object, errors)
    },
    validateUpdate(next, current, errors) {
      validateMetadataUpdate(next.metadata, current.metadata, errors)
      validateMetadata(next.metadata, rules, errors)
      special.validate?.(next, errors)
      special.validateUpdate?.(next, current, errors)
    },
  }
}
