import { javaHashCode } from '../java.ts'

/** The number by which consume queues know a message's tag: its Java hash, 0 without one.
 * Source: common.message.MessageExtBrokerInner#tagsString2tagsCode */
export function tagsString2tagsCode(tags: string | undefined): number {
  return tags === undefined ? 0 : javaHashCode(tags)
}
