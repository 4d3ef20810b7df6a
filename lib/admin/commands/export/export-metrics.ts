import { fetchBrokers, MASTER_ID } from '../../cluster.ts'
import { defineCommand } from '../../command.ts'
import { required, text } from '../../option.ts'
import { exportJson, FILE_PATH } from './export-file.ts'
import { type DayCounts, type Rates, reportOn, type BrokerReport } from './broker-report.ts'

/** Apache: tools.command.export.ExportMetricsCommand */
export const exportMetrics = defineCommand({
  name: 'exportMetrics',
  text: 'Writes the load of the masters of a cluster into a file.',
  options: { clusterName: required(text('c', 'NAME', 'cluster')), filePath: FILE_PATH },
  async run(context, { clusterName, filePath }) {
    const evaluateReport: Record<string, BrokerReport> = {}
    for (const { brokerName, brokerAddrs } of await fetchBrokers(context.admin, clusterName)) {
      const master = brokerAddrs.get(MASTER_ID)
      if (master === undefined) continue
      evaluateReport[brokerName] = await reportOn(context.admin, master)
    }
    const quotas = Object.values(evaluateReport).map(({ runtimeQuota }) => runtimeQuota)
    const totalData = {
      totalTps: sumOfRates(quotas.map(({ tps }) => tps)),
      totalOneDayNum: sumOfCounts(quotas.map(({ oneDayNum }) => oneDayNum)),
    }
    exportJson(context, filePath, 'metrics.json', { evaluateReport, totalData })
  },
})

function sumOfRates(rates: readonly Rates[]): Record<string, number> {
  const total = (rateOf: (each: Rates) => number): number =>
    rates.reduce((sum, each) => sum + rateOf(each), 0)
  return {
    totalNormalInTps: total(({ normalInTps }) => normalInTps),
    totalNormalOutTps: total(({ normalOutTps }) => normalOutTps),
    totalTransInTps: total(({ transInTps }) => transInTps),
    totalScheduleInTps: total(({ scheduleInTps }) => scheduleInTps),
  }
}

function sumOfCounts(counts: readonly DayCounts[]): Record<string, number> {
  const total = (countOf: (each: DayCounts) => number): number =>
    counts.reduce((sum, each) => sum + countOf(each), 0)
  return {
    normalOneDayInNum: total(({ normalOneDayInNum }) => normalOneDayInNum),
    normalOneDayOutNum: total(({ normalOneDayOutNum }) => normalOneDayOutNum),
    transOneDayInNum: total(({ transOneDayInNum }) => transOneDayInNum),
    scheduleOneDayInNum: total(({ scheduleOneDayInNum }) => scheduleOneDayInNum),
  }
}
