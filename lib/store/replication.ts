import type { Service } from '../common/service.ts'

/** A put that is answered when enough replicas have it. Source: store.CommitLog.GroupCommitRequest */
export interface GroupTransferRequest {
  /** End of its last record. */
  readonly nextOffset: number
  /** Replicas, the master included, that must have the log up to there. */
  readonly ackNums: number
  /** Called once: false when not enough replicas have it within `slaveTimeout`. */
  readonly done: (isTransferred: boolean) => void
}

/** One slave as its master sees it. Offsets are those of the log. Source: remoting.protocol.body.HARuntimeInfo */
export interface HAConnectionRuntimeInfo {
  readonly addr: string
  readonly slaveAckOffset: number
  /** Bytes that the slave does not have yet. */
  readonly diff: number
  /** For how many milliseconds the first of them has been in the log; an hour at most. */
  readonly lagMs: number
  readonly inSync: boolean
  readonly transferredByteInSecond: number
  readonly transferFromWhere: number
}

/** A slave's own view. Times are milliseconds since 1970. */
export interface HAClientRuntimeInfo {
  /** Where the master takes replication connections; undefined as long as it is not known. */
  readonly masterAddr: string | undefined
  readonly transferredByteInSecond: number
  readonly maxOffset: number
  readonly lastReadTimestamp: number
  readonly lastWriteTimestamp: number
}

/** How replication stands: `connections` for a master, `client` for a slave. */
export interface HARuntimeInfo {
  readonly master: boolean
  readonly masterCommitLogMaxOffset: number
  readonly connections: readonly HAConnectionRuntimeInfo[]
  readonly client: HAClientRuntimeInfo | undefined
}

/**
 * Replication, as the store and the broker see it. It lives and ends with the store. The classic one is lib/ha; a broker that is led
 * by controllers would get another implementation, which takes its role and the acknowledgements that it asks for from these.
 *
 * Apache: store.ha.HAService
 */
export interface HAService extends Service {
  /** Where slaves connect, the real port; 0 before `start`. */
  readonly listenPort: number
  /** Slaves that are connected. */
  readonly connectionCount: number
  /**
   * Replicas, the master included, that must have a message which is put now, at `masterPutWhere`, before it is answered; undefined when
   * so few are in sync that it must be refused. Source: store.CommitLog#asyncPutMessage, #calcNeedAckNums
   */
  needAckNums(masterPutWhere: number): number | undefined
  putRequest(request: GroupTransferRequest): void
  /** The master plus its slaves that are less than `haMaxGapNotInSync` bytes behind. */
  inSyncReplicasNums(masterPutWhere: number): number
  /** Of a slave: whether it is connected to its master. Of a master: whether a slave at `ip`, undefined for any, is connected and has reported. */
  isConnected(ip: string | undefined): boolean
  /** Where a slave gets the log, `host:port`; undefined: nowhere. `haMasterAddress` of the configuration comes first. */
  updateHaMasterAddress(address: string | undefined): void
  getRuntimeInfo(): HARuntimeInfo
}

/** The log, as replication reads and writes it. All that it gives out has been written to the page cache. */
export interface ReplicatedLog {
  readonly fileSize: number
  readonly minOffset: number
  /** End of the log, as far as it is written. */
  readonly maxOffset: number
  /** Where the last record begins; undefined when that is not known. */
  readonly lastRecordOffset: number | undefined
  /** Received and not yet written, in bytes. */
  readonly unwrittenBytes: number
  /** End of the file that holds `offset`. */
  fileEnd(offset: number): number
  /** Up to `maxBytes` from `offset` on, of one file: a view of what lies in memory; undefined when that does not. */
  dataInMemory(offset: number, maxBytes: number): Buffer | undefined
  /** The same from the disk, in `into`; undefined when it is not there. @throws (rejects) BusyError, or what the file system says */
  readData(offset: number, into: Buffer): Promise<Buffer | undefined>
  /** Resolves when nothing is left to be written. */
  idle(): Promise<void>
  /** The listener is called when more of the log has been written. */
  onWritten(listener: (maxOffset: number) => void): void
  /** The listener is called when a write failed: the log ends at `maxOffset` again, what was to come behind is gone. */
  onWriteFailed(listener: (error: Error) => void): void
  /** The copy of a master's log that this log is to become; its bytes are taken from here. */
  readonly replica: LogReplica
}

/** A log that follows its master's. Apache: store.DefaultMessageStore#appendToCommitLog */
export interface LogReplica {
  /** Of the next byte that `append` takes: behind the log's end by what has come of an incomplete record. */
  readonly nextOffset: number
  /** Where the last whole record begins that was appended here; undefined before the first. */
  readonly lastRecordOffset: number | undefined
  /** Forgets what has come of an incomplete record: it will come again, from the log's end. */
  reset(): void
  /** An empty log begins at `offset`, where a file begins. */
  beginAt(offset: number): void
  /**
   * Appends the next bytes of the master's log, which may be cut anywhere. They are written at the end of the turn.
   * @throws DivergedError when they are no continuation of this log; StoreError when it cannot be written now
   */
  append(bytes: Buffer): void
}

/** Makes the replication of a store out of its log. */
export type CreateHAService = (log: ReplicatedLog) => HAService
