import fc from 'fast-check'
import * as yaml from 'yaml'
import { CodecError } from '../../codec/errors.ts'
import { decodeRecord } from '../../codec/message/record-reader.ts'
import {
  BATCH_CQ_STORE_UNIT_SIZE,
  batchUnitBaseOffset,
  batchUnitNum,
  batchUnitStoreTimestamp,
  isBatchUnitWritten,
} from '../../codec/store/batch-consume-queue-unit.ts'
import { decodeCheckpoint } from '../../codec/store/checkpoint.ts'
import { readExtUnit } from '../../codec/store/consume-queue-ext-unit.ts'
import {
  CQ_STORE_UNIT_SIZE,
  isUnitBlank,
  isUnitWritten,
  unitCommitLogOffset,
  unitExtOffset,
  unitSize,
  unitTagsCode,
} from '../../codec/store/consume-queue-unit.ts'
import {
  decodeIndexHeader,
  INDEX_ENTRY_SIZE,
  INDEX_HEADER_SIZE,
  readIndexEntry,
} from '../../codec/store/index-file.ts'
import { decodeTimerCheckpoint } from '../../codec/store/timer-checkpoint.ts'
import {
  isTimerLogUnit,
  readTimerLogUnit,
  TIMER_LOG_UNIT_SIZE,
} from '../../codec/store/timer-log-unit.ts'
import {
  slotFirstPos,
  slotLastPos,
  slotNum,
  slotTime,
  TIMER_SLOT_SIZE,
  writeSlot,
} from '../../codec/store/timer-slot.ts'
import { AclError } from '../../lib/auth/plain/acl-error.ts'
import { parsePlainAccessData } from '../../lib/auth/plain/plain-access-data.ts'
import { PlainAccount } from '../../lib/auth/plain/plain-account.ts'
import { remoteAddressStrategy } from '../../lib/auth/plain/remote-address-strategy.ts'
import { readToolsFile } from '../../lib/cli/admin-credentials.ts'
import { DelayLevels } from '../../lib/common/delay-levels.ts'
import { ConfigError } from '../../lib/config/errors.ts'
import { loadConfigs } from '../../lib/config/load.ts'
import type { Machine } from '../../lib/config/option.ts'
import { parseProperties } from '../../lib/config/properties.ts'
import { BROKER_TABLES } from '../../lib/config/tables.ts'
import { parseKVConfig } from '../../lib/namesrv/kvconfig/kv-config-file.ts'
import { readDispatchRequest } from '../../lib/store/reput/dispatch-request.ts'
import { readWaitingMessage } from '../../lib/store/timer/timer-message.ts'
import { readStoreVectors } from '../helpers/store-vectors.ts'
import { SimFileSystem } from '../helpers/sim-file-system.ts'
import { UsageError } from '../../lib/terminal/flags.ts'
import { damaged, damagedJson, damagedText, fieldText } from './inputs.ts'
import type { Target } from './target.ts'
import { target } from './target.ts'

const MACHINE: Machine = { home: '/home/mq', hostName: 'vm', processors: 2, environment: {} }
const WHITE_LISTS = [
  '10.0.0.{1,2}',
  '192.168.1-20.*',
  'fe80::5:1-20:*',
  'fe80::{a,b}',
  '1.2.3.4,1.2.3.5',
]
const BROKER_CONF =
  'brokerName=broker-a\nflushDiskType = ASYNC_FLUSH\nlistenPort:10911\n# \\u0041\n'
const PLAIN_ACL = `globalWhiteRemoteAddresses:
- 10.10.103.*
- fe80::5:1-20:*
accounts:
- accessKey: some-key
  secretKey: &secret some-secret
  whiteRemoteAddress: 10.0.0.{1,2}
  admin: false
  topicPerms: [a=PUB, 'b=SUB|PUB']
- {accessKey: other-key, secretKey: *secret}
`
const TOOLS = 'accessKey: some-key\nsecretKey: &a "some secret"\n'
const LEVELS = new DelayLevels('1s 5s 10s')

/** Everything that stands in files. */
export function fileTargets(): Target[] {
  const vectors = readStoreVectors()
  const hex = (piece: string) => damaged([Buffer.from(String(vectors[piece]), 'hex')])
  const records = vectors.commitlog.map(({ hex }) => Buffer.from(hex, 'hex'))
  const index = vectors['index (maxHashSlotNum=1000)']
  return [
    target('records', damaged(records), readRecord),
    target('checkpoints', padded(hex('checkpoint (first 40)')), (bytes) => {
      decodeCheckpoint(bytes)
    }),
    target('timer checkpoints', padded(hex('timercheck (first 56)')), (bytes) => {
      decodeTimerCheckpoint(bytes)
    }),
    target('consume queues', hex('consumequeue TopicA/0 (7 units)'), readUnits),
    target('consume queue exts', hex('consumequeue_ext NormB/0'), (bytes) => {
      for (let at = 0; at < bytes.length; at += 2) readExtUnit(bytes, at)
    }),
    target('queues of batches', hex('batchconsumequeue BcqT/0 (3 units)'), readBatchUnits),
    target('timer wheels', damaged([timerSlot()]), readSlots),
    target('timer logs', hex('timerlog (3 records)'), readTimerLog),
    target(
      'index files',
      damaged([Buffer.from(index.header, 'hex'), Buffer.from(index.entry, 'hex')]),
      readIndex,
    ),
    target('KV configurations', damagedJson(['{"configTable":{"ns":{"k":"v"}}}']), readKV, [
      CodecError,
      SyntaxError,
    ]),
    target('accounts of 4.x', damagedText([PLAIN_ACL]), readAccounts, [AclError]),
    target('white lists', damagedText(WHITE_LISTS), readWhiteList, [AclError]),
    target('configuration files', damagedText([BROKER_CONF]), readConfig, [ConfigError]),
    target('credentials of tools', damagedText([TOOLS]), readTools, [UsageError]),
    target('options', fc.tuple(optionKey(), fieldText), ([key, text]) => load(key, text), [
      ConfigError,
    ]),
  ]
}

function readAccounts(text: string): void {
  for (const account of parsePlainAccessData(yaml, text).accounts) new PlainAccount(account)
}

function readWhiteList(text: string): void {
  const isWhite = remoteAddressStrategy(text)
  for (const address of ['10.0.0.1', 'fe80::5:7:1', 'unknown']) isWhite(address)
}

/** Files of one page, whatever stands at their beginning. */
function padded(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return bytes.map((beginning) => Buffer.concat([beginning, Buffer.alloc(4096)], 4096))
}

function readRecord(record: Buffer): void {
  readDispatchRequest(record, 0, record.length, LEVELS)
  readWaitingMessage(record)
  decodeRecord(record)
}

function readUnits(bytes: Buffer): void {
  for (let at = 0; at + CQ_STORE_UNIT_SIZE <= bytes.length; at++) {
    for (const read of [unitCommitLogOffset, unitSize, unitTagsCode, unitExtOffset]) read(bytes, at)
    for (const is of [isUnitBlank, isUnitWritten]) is(bytes, at)
  }
}

function readBatchUnits(bytes: Buffer): void {
  for (let at = 0; at + BATCH_CQ_STORE_UNIT_SIZE <= bytes.length; at++) {
    for (const read of [batchUnitStoreTimestamp, batchUnitBaseOffset, batchUnitNum]) read(bytes, at)
    isBatchUnitWritten(bytes, at)
  }
}

function timerSlot(): Buffer {
  const slot = Buffer.alloc(TIMER_SLOT_SIZE)
  writeSlot(slot, 0, 1_700_000_000, { firstPos: 0, lastPos: 52, num: 2 })
  return slot
}

function readSlots(bytes: Buffer): void {
  for (let at = 0; at + TIMER_SLOT_SIZE <= bytes.length; at++) {
    for (const read of [slotTime, slotFirstPos, slotLastPos, slotNum]) read(bytes, at)
  }
}

function readTimerLog(bytes: Buffer): void {
  for (let at = 0; at + TIMER_LOG_UNIT_SIZE <= bytes.length; at++) {
    if (isTimerLogUnit(bytes, at)) readTimerLogUnit(bytes, at)
  }
}

function readIndex(bytes: Buffer): void {
  if (bytes.length >= INDEX_HEADER_SIZE) decodeIndexHeader(bytes)
  for (let at = 0; at + INDEX_ENTRY_SIZE <= bytes.length; at++) readIndexEntry(bytes, at)
}

function readTools(text: string): void {
  const fileSystem = new SimFileSystem()
  const path = '/home/mq/conf/tools.yml'
  fileSystem.open(path, 'w').writeSync(Buffer.from(text), 0)
  readToolsFile(yaml, fileSystem, path)
}

function readKV(text: string): void {
  parseKVConfig(text)
}

function optionKey(): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.values(BROKER_TABLES).flatMap((table) => Object.keys(table)))
}

function load(key: string, text: string): void {
  loadConfigs(BROKER_TABLES, [{ source: 'fuzz', entries: new Map([[key, text]]) }], MACHINE)
}

function readConfig(text: string): void {
  loadConfigs(BROKER_TABLES, [{ source: 'fuzz', entries: parseProperties(text) }], MACHINE)
}
