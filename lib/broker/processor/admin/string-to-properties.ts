import { ResponseCode } from '../../../../codec/response-code.ts'
import { parseProperties } from '../../../config/properties.ts'
import { RemotingError } from '../../../remoting/index.ts'

/** The entries of a body in the form of a `.properties` file. Source: common.MixAll#string2Properties @throws RemotingError */
export function string2Properties(body: Buffer): Map<string, string> {
  try {
    return parseProperties(body.toString('utf8'))
  } catch {
    throw new RemotingError(ResponseCode.SYSTEM_ERROR, 'string2Properties error')
  }
}
