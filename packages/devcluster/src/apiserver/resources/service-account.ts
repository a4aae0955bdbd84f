import { plainResource } from './plain-resource.ts'
import { AGE_COLUMN, ageOf, NAME_COLUMN } from './resource-definition.ts'

/** Who a pod is. Here it is a name only: no tokens are made for it. */
export const serviceAccounts = plainResource({
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  singular: 'serviceaccount',
  shortNames: ['sa'],
  answersDeletedObject: true,
  columns: [NAME_COLUMN, AGE_COLUMN],
  row: (object, now) => [object.metadata.name, ageOf(object.metadata.creationTimestamp, now)],
})
