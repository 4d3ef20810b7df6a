/** The text of a double as Java writes it: `2.0`, `0.0`, `1.0E7`. Source: java.lang.Double#toString */
export function javaDouble(value: number): string {
  const magnitude = Math.abs(value)
  if (value === 0 || (magnitude >= 1e-3 && magnitude < 1e7) || !Number.isFinite(value)) {
    return Number.isInteger(value) ? value.toFixed(1) : String(value)
  }
  const [digits = '', exponent = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`
}
