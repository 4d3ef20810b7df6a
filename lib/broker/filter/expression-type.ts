/** In which language a subscription says what it wants. Source: common.filter.ExpressionType */
export const ExpressionType = { TAG: 'TAG', SQL92: 'SQL92' } as const

/** @throws Error when there is no such language, which does not count tags */
export function checkExpressionType(type: string): void {
  if (type !== ExpressionType.SQL92) throw new Error(`unknown expression type ${type}`)
}

/** Tags are meant where nothing else is said. */
export function isTagType(type: string | undefined): type is '' | 'TAG' | undefined {
  return type === undefined || type === '' || type === ExpressionType.TAG
}
