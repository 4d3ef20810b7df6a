import type { HeaderOf } from '../schema.ts'
import { defineHeader, optional, required } from '../schema.ts'

/** Code 100 PUT_KV_CONFIG. */
export const PutKVConfigRequestHeader = defineHeader('PutKVConfigRequestHeader', {
  namespace: required('string'),
  key: required('string'),
  value: required('string'),
})
export type PutKVConfigRequestHeader = HeaderOf<typeof PutKVConfigRequestHeader>

/** Code 101 GET_KV_CONFIG. */
export const GetKVConfigRequestHeader = defineHeader('GetKVConfigRequestHeader', {
  namespace: required('string'),
  key: required('string'),
})
export type GetKVConfigRequestHeader = HeaderOf<typeof GetKVConfigRequestHeader>

/** Answer to 101. */
export const GetKVConfigResponseHeader = defineHeader('GetKVConfigResponseHeader', {
  value: optional('string'),
})
export type GetKVConfigResponseHeader = HeaderOf<typeof GetKVConfigResponseHeader>

/** Code 102 DELETE_KV_CONFIG. */
export const DeleteKVConfigRequestHeader = defineHeader('DeleteKVConfigRequestHeader', {
  namespace: required('string'),
  key: required('string'),
})
export type DeleteKVConfigRequestHeader = HeaderOf<typeof DeleteKVConfigRequestHeader>

/** Code 219 GET_KVLIST_BY_NAMESPACE. */
export const GetKVListByNamespaceRequestHeader = defineHeader('GetKVListByNamespaceRequestHeader', {
  namespace: required('string'),
})
export type GetKVListByNamespaceRequestHeader = HeaderOf<typeof GetKVListByNamespaceRequestHeader>
