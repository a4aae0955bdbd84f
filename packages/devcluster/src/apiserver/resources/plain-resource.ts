import { checkDnsSubdomain } from '../validation/names.ts'
import { validateMetadata, validateMetadataUpdate } from '../validation/object-metadata.ts'
import { ALL_VERBS, onlyNameAndNamespace, type ResourceDefinition, tooOldForCache } from './resource-definition.ts'

type Named = Pick<ResourceDefinition, 'kind' | 'plural' | 'singular' | 'shortNames' | 'columns' | 'row'>

/** A resource of the core group with nothing special about it; `special` says what is. */
export function plainResource(special: Named & Partial<ResourceDefinition>): ResourceDefinition {
  const { namespaced = true, checkName = checkDnsSubdomain } = special
  return {
    group: '',
    version: 'v1',
    namespaced,
    verbs: ALL_VERBS,
    subresources: [],
    typeName: special.kind,
    collection: special.plural,
    answersDeletedObject: false,
    fieldLabels: {},
    unknownFieldLabel: onlyNameAndNamespace,
    tooOldMessage: tooOldForCache,
    checkName,
    prepareCreate: (object) => object,
    prepareUpdate: (next) => next,
    validate: (object, errors) => validateMetadata(object.metadata, { namespaced, checkName }, errors),
    validateUpdate(next, current, errors) {
      validateMetadataUpdate(next.metadata, current.metadata, errors)
      validateMetadata(next.metadata, { namespaced, checkName }, errors)
    },
    ...special,
  }
}
