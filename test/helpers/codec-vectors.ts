import fs from 'node:fs'

/** A frame of Apache's classes: code 310 or a response 0, opaque -7, body 010203. Hex. */
export interface FrameVector {
  readonly header: string
  readonly fields: Readonly<Record<string, string>>
  readonly json: string
  readonly rocketmq: string
}

/** A body of Apache's classes. */
export interface BodyVector {
  readonly body: string
  readonly form: 'json' | 'standardJson' | 'text' | 'compressed'
  readonly content: string
}

function read<T>(file: string): readonly T[] {
  const text = fs.readFileSync(`test/fixtures/codec/${file}`, 'utf8')
  return (JSON.parse(text) as { vectors: readonly T[] }).vectors
}

export const readFrameVectors = (): readonly FrameVector[] => read('apache-5.3.3-frames.json')
export const readBodyVectors = (): readonly BodyVector[] => read('apache-5.3.3-bodies.json')
