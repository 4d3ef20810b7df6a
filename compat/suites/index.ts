import type { Suite } from '../harness/suite.ts'
import { actingSuites } from './acting.ts'
import { authSuite } from './auth.ts'
import { brokerAnswersSuite, liteAnswersSuite } from './broker.ts'
import { crossOurBroker, crossOurNamesrv } from './cross.ts'
import { delaySuite } from './delay.ts'
import { diskSuite } from './disk.ts'
import { goSlowSuite, goSuite } from './go.ts'
import { haKillsSuite, haNewestSuite, haSuite } from './ha.ts'
import { haReadersGoSuite, haReadersMixedSuite, haReadersSuite } from './ha-readers.ts'
import { liteSuite } from './lite.ts'
import { NEWEST, javaSuite, standaloneSuite } from './java.ts'
import { mqadminSuites } from './mqadmin.ts'
import { namesrvAnswersSuite, namesrvApacheBrokerSuite } from './namesrv.ts'
import { plainAclSuite } from './plain-acl.ts'
import { operationsSuite } from './operations.ts'
import { popSuite } from './pop.ts'
import { proxySuite } from './proxy.ts'
import { tlsSuite } from './tls.ts'
import { queueKindsSuite } from './queue-kinds.ts'
import { sql92Suite } from './sql92.ts'
import { timersSuite } from './timers.ts'
import { transactionSuites } from './transactions.ts'

/** All suites, in the order in which they run: the longest first, so that none runs alone at the end. Each new one is added here. */
export const SUITES: readonly Suite[] = [
  javaSuite(NEWEST, 'full'),
  diskSuite,
  goSuite,
  goSlowSuite,
  javaSuite('4.9.8', 'core'),
  javaSuite('5.3.3', 'core'),
  standaloneSuite,
  crossOurBroker,
  crossOurNamesrv,
  namesrvAnswersSuite,
  namesrvApacheBrokerSuite,
  queueKindsSuite,
  operationsSuite,
  haSuite,
  haKillsSuite,
  haNewestSuite,
  haReadersSuite,
  haReadersMixedSuite,
  haReadersGoSuite,
  ...actingSuites,
  ...transactionSuites,
  timersSuite,
  popSuite,
  proxySuite,
  liteSuite,
  tlsSuite,
  authSuite,
  plainAclSuite,
  delaySuite,
  brokerAnswersSuite,
  liteAnswersSuite,
  sql92Suite,
  ...mqadminSuites,
]
