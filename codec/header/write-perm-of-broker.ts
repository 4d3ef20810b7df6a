import type { HeaderOf } from '../schema.ts'
import { defineHeader, required } from '../schema.ts'

/** Code 205 WIPE_WRITE_PERM_OF_BROKER. */
export const WipeWritePermOfBrokerRequestHeader = defineHeader(
  'WipeWritePermOfBrokerRequestHeader',
  {
    brokerName: required('string'),
  },
)
export type WipeWritePermOfBrokerRequestHeader = HeaderOf<typeof WipeWritePermOfBrokerRequestHeader>

/** Answer to 205: how many topics changed. */
export const WipeWritePermOfBrokerResponseHeader = defineHeader(
  'WipeWritePermOfBrokerResponseHeader',
  {
    wipeTopicCount: required('int'),
  },
)
export type WipeWritePermOfBrokerResponseHeader = HeaderOf<
  typeof WipeWritePermOfBrokerResponseHeader
>

/** Code 327 ADD_WRITE_PERM_OF_BROKER. */
export const AddWritePermOfBrokerRequestHeader = defineHeader('AddWritePermOfBrokerRequestHeader', {
  brokerName: required('string'),
})
export type AddWritePermOfBrokerRequestHeader = HeaderOf<typeof AddWritePermOfBrokerRequestHeader>

/** Answer to 327: how many topics changed. */
export const AddWritePermOfBrokerResponseHeader = defineHeader(
  'AddWritePermOfBrokerResponseHeader',
  {
    addTopicCount: required('int'),
  },
)
export type AddWritePermOfBrokerResponseHeader = HeaderOf<typeof AddWritePermOfBrokerResponseHeader>
