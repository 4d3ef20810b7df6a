import { SendMessageRequestHeaderV2 } from '../../codec/header/send-message.ts'
import { RemotingCommand } from '../../codec/remoting-command.ts'
import { RequestCode } from '../../codec/request-code.ts'
import { RawClient } from './remoting.ts'

/** Sends one message to the broker at `brokerAddr` as a client does, and resolves with the answer. */
export async function sendMessage(
  brokerAddr: string,
  topic: string,
  properties = '',
): Promise<RemotingCommand> {
  const [host, port] = brokerAddr.split(':')
  const client = await RawClient.connect(Number(port), host)
  const header = SendMessageRequestHeaderV2.encode({
    producerGroup: 'test',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    flag: 0,
    properties,
  })
  const request = RemotingCommand.request(RequestCode.SEND_MESSAGE_V2, header, Buffer.from('hello'))
  const response = await client.invoke(request)
  await client.close()
  return response
}
