/** Who speaks, by the byte of the binary header. Source: remoting.protocol.LanguageCode */
export const LanguageCode = {
  JAVA: 0,
  CPP: 1,
  DOTNET: 2,
  PYTHON: 3,
  DELPHI: 4,
  ERLANG: 5,
  RUBY: 6,
  OTHER: 7,
  HTTP: 8,
  GO: 9,
  PHP: 10,
  OMS: 11,
  RUST: 12,
  NODE_JS: 13,
} as const

export type LanguageName = keyof typeof LanguageCode

const NAMES = Object.keys(LanguageCode) as LanguageName[]
const CODES: ReadonlyMap<unknown, number> = new Map(Object.entries(LanguageCode))

/** The name of a language byte; what Apache does not know is OTHER. */
export function languageName(code: number): LanguageName {
  return NAMES[code] ?? 'OTHER'
}

/** The byte of a language name; what Apache does not know is OTHER. */
export function languageCode(name: unknown): number {
  return CODES.get(name) ?? LanguageCode.OTHER
}
