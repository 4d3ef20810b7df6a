import { CodecError } from '../../codec/errors.ts'

export type Printable = string | number | boolean | null | undefined

const CONVERSION = /%(-?)(\d*)(?:\.(\d+))?([sdf%])/g

/**
 * The few conversions that Apache's tables are made of: `%s`, `%d` and `%f`, with a width, `-` for the left side, and the
 * digits behind the point. As in Java, a value that is not there is `null`.
 */
export function printf(template: string, ...values: readonly Printable[]): string {
  let next = 0
  return template.replaceAll(
    CONVERSION,
    (_, left: string, width: string, digits: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      if (next === values.length) throw new CodecError(`${template}: a value is missing`)
      const text = convert(values[next++], kind, digits)
      return left === '' ? text.padStart(Number(width)) : text.padEnd(Number(width))
    },
  )
}

function convert(value: Printable, kind: string, digits: string | undefined): string {
  if (kind === 'f' && typeof value === 'number') return value.toFixed(Number(digits ?? 6))
  return String(value ?? null)
}

/** The first `size` characters of a text. Source: common.UtilAll#frontStringAtLeast */
export function frontStringAtLeast(text: string, size: number): string {
  return text.slice(0, size)
}
