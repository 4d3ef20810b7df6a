/** Request codes out of a white list, `10, 310`. Source: auth.authentication.strategy.AbstractAuthenticationStrategy */
export function parseRequestCodes(list: string | undefined): ReadonlySet<number> {
  const codes = (list ?? '').split(',').map((code) => code.trim())
  return new Set(codes.filter((code) => code !== '').map(Number))
}
