/** What belongs to one server and one run: replaced in outputs before they are compared. */
export interface ServerPlaces {
  readonly namesrv: string
  readonly broker: string
  readonly directory: string
}

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/127\.0\.0\.1@[^\s,"]+/g, '$CLIENT_ID'],
  [/\b[\d.]+@\d+@[^\s,"]+|\b[\d.]+@[CP]127\.0\.0\.1:\d+\S*/g, '$CLIENT_ID'],
  [/127\.0\.0\.1:\d{2,5}\b/g, '$CLIENT'],
  [/\b20\d\d-\d\d-\d\d[ #T]\d\d:\d\d:\d\d([,:.]\d{1,3})?/g, '$TIME'],
  [/\b1[6-9]\d{11}\b/g, '$TIME'],
  // Seconds that the timers are behind, in clusterList: 0 or 1.
  [/ [01](?=-\d+\(\d)/g, ' $TIME'],
  [/\b[0-9A-F]{56}\b|\b[0-9A-F]{32}\b/g, '$ID'],
  [/-?\b\d+\.\d+(E-?\d+)?\b/g, '$DECIMAL'],
  [/@[0-9a-f]{6,8}\b|\$\$Lambda\S+/g, '$OBJECT'],
  [/(runtime\s*[:=] ).*|(Timestamp\s+: )\d{14}|(getMessageEntireTimeMax\s*: )\d+/g, '$1$2$3$TIME'],
  [
    /(timerReadBehind\s*[:=] )[01]$|(MessageEntireTimeMax = )\d+|(consumeTimestamp = |spentTimeMills = )\d+/g,
    '$1$2$3$TIME',
  ],
  [/(remainHowManyDataToFlush = ).*/g, '$1$SIZE'],
  // Of the last full minute; none before that.
  [/(putMessageDistributeTime\s*[:=] ).*/g, '$1$COUNTS'],
  // Members of JSON come in any order.
  [/,$/g, ''],
  // Our own tool repeats what Apache's changes.
  [/(dataVersion\.counter = )\d+/g, '$1$VERSION'],
  [/(\w+Tps\s*[:=] ).*/g, '$1$TPS'],
  [/\btrue +\d+\s*$/g, 'true $TIME'],
  [/\b(CLUSTERING +)\d+ /g, '$1$TPS '],
  [/\bspentTimeMills=\d+/g, '$TIME'],
  [/\brt=\d+ms|\b(last\w+Time(stamp)?|lastConsumeTime)=[^,\]]+/g, '$TIME'],
]

/** Places in stacks, and what the client's logging says of itself at first. */
const NOISE = /^at |^\.\.\. \d+ more|\|-(INFO|WARN) in org\.apache\.rocketmq\./

/** The lines of an output in a form that compares: no places, no times, blanks collapsed, sorted as hash maps come in any order. */
export function comparableLines(output: string, places: ServerPlaces): string[] {
  return output
    .split('\n')
    .map((line) => maskedLine(line, places))
    .filter((line) => line !== '' && !NOISE.test(line))
    .sort()
}

function maskedLine(line: string, { namesrv, broker, directory }: ServerPlaces): string {
  const port = Number(broker.split(':')[1])
  const hexPort = port.toString(16).toUpperCase().padStart(8, '0')
  let masked = line
    .replaceAll(directory, '$DIR')
    .replaceAll(namesrv, '$NAMESRV')
    .replaceAll(broker, '$BROKER')
    .replaceAll(new RegExp(`7F000001${hexPort}[0-9A-F]{16}`, 'g'), '$OFFSET_ID')
    .replaceAll(new RegExp(`\\b${port}\\b`, 'g'), '$PORT')
  for (const [pattern, name] of MASKS) masked = masked.replaceAll(pattern, name)
  return masked.replaceAll(/\s+/g, ' ').trim()
}

/** The lines that only one side has, `-` Apache's and `+` ours; empty when there are none. */
export function difference(ours: readonly string[], apaches: readonly string[]): string {
  const left = [...ours]
  const missing = apaches.filter((line) => {
    const index = left.indexOf(line)
    if (index >= 0) left.splice(index, 1)
    return index < 0
  })
  return [...missing.map((line) => `- ${line}`), ...left.map((line) => `+ ${line}`)].join('\n')
}
