/** In which language a subscription says what it wants. Source: common.filter.ExpressionType */
export const ExpressionType = { TAG: 'TAG', SQL92: 'SQL92' } as const

/** Tags are meant where nothing else is said. */
export function isTagType(type: string | undefined): type is '' | 'TAG' | undefined {
  return type === undefined || type === '' || type === ExpressionType.TAG
}
