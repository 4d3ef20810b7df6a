import type fc from 'fast-check'
import { CodecError } from '../../codec/errors.ts'

type ErrorClass = abstract new (...args: never[]) => Error

/** Something that reads what others have written, made ready for being fed with anything. */
export interface Target {
  readonly name: string
  readonly inputs: fc.Arbitrary<unknown>
  /** Reads one input. */
  readonly read: (input: unknown) => void | Promise<void>
  /** What it may throw. */
  readonly errors: readonly ErrorClass[]
}

export function target<T>(
  name: string,
  inputs: fc.Arbitrary<T>,
  read: (input: T) => void | Promise<void>,
  errors: readonly ErrorClass[] = [CodecError],
): Target {
  return { name, inputs, read: (input) => read(input as T), errors }
}

/** Processor time that one input may take, in milliseconds: a thousand times what it needs. */
const MAX_MS = 3000

/** Whether the target reads `input`, or refuses it as it should; in a short time. */
export async function check({ read, errors }: Target, input: unknown): Promise<void> {
  const before = process.cpuUsage()
  try {
    await read(input)
  } catch (error) {
    if (!errors.some((kind) => error instanceof kind)) throw error
  }
  const { user } = process.cpuUsage(before)
  if (user > MAX_MS * 1000) throw new Error(`it took ${user / 1000} ms`)
}
