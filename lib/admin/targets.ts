import { addressesOf, fetchBrokers, fetchMasterAddrs, MASTER_ID } from './cluster.ts'
import type { AdminContext } from './command.ts'
import { describeError } from './describe-error.ts'
import { text } from './option.ts'

/** The options by which most commands say which brokers they mean; one of them must be given. */
export const BROKER_OPTIONS = {
  brokerAddr: text('b', 'HOST:PORT', 'this broker'),
  clusterName: text('c', 'NAME', 'the masters of this cluster'),
}

export const ONE_OF_BROKER_OPTIONS = ['brokerAddr', 'clusterName'] as const

export interface Target {
  readonly brokerAddr?: string | undefined
  readonly clusterName?: string | undefined
}

/** The broker, or the masters of the cluster. */
export async function mastersOf(
  { admin }: Pick<AdminContext, 'admin'>,
  { brokerAddr, clusterName = '' }: Target,
): Promise<string[]> {
  return brokerAddr === undefined ? fetchMasterAddrs(admin, clusterName) : [brokerAddr]
}

/** Does something with each address. What fails is complained of, and the others are not left out. */
export async function onEach(
  { output }: AdminContext,
  addresses: readonly string[],
  act: (address: string) => Promise<void>,
): Promise<void> {
  for (const address of addresses) {
    try {
      await act(address)
    } catch (error) {
      output.complain(`${address}: ${describeError(error)}`)
    }
  }
}

/** As onEach, for the broker, or the masters of the cluster. */
export async function onMasters(
  context: AdminContext,
  target: Target,
  act: (address: string) => Promise<void>,
): Promise<void> {
  await onEach(context, await mastersOf(context, target), act)
}

/** What stands in the place of a master that is not there. Source: tools.command.CommandUtil */
const NO_MASTER = 'NO_MASTER'

/** As onMasters, for slaves too; `head` is the line that Apache prints before what it tells of each. */
export async function onMastersAndSlaves(
  context: AdminContext,
  { brokerAddr, clusterName = '' }: Target,
  act: (address: string, head: string) => Promise<void>,
): Promise<void> {
  const rule = '============'
  if (brokerAddr !== undefined) return act(brokerAddr, `${rule}${brokerAddr}${rule}`)
  const heads = new Map<string, string>()
  for (const broker of await fetchBrokers(context.admin, clusterName)) {
    const master = broker.brokerAddrs.get(MASTER_ID) ?? NO_MASTER
    for (const [id, address] of addressesOf(broker)) {
      const head =
        id === MASTER_ID ? `Master: ${address}` : `My Master: ${master}=====Slave: ${address}`
      heads.set(address, `${rule}${head}${rule}`)
    }
  }
  await onEach(context, [...heads.keys()], (address) => act(address, heads.get(address) as string))
}
