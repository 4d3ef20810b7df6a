/** A command line of mqadmin. */
export interface Command {
  /** Without `-n`, which every command gets. Words in braces are replaced by what belongs to the server (MqAdmin.java). */
  readonly line: string
  /** Why the outputs mean to differ; then they are not compared. */
  readonly differs?: string
  /** Lines that are not compared. */
  readonly leftOut?: LeftOut
  /** Why our own tool does not run it again on the same servers. */
  readonly once?: string
  /** Lines that our own tool prints in another way. */
  readonly toolsDiffer?: LeftOut
}

/** Lines that are not compared, and why. */
export interface LeftOut {
  readonly lines: RegExp
  readonly because: string
}

export const same = (line: string): Command => ({ line })
export const differing = (differs: string, line: string): Command => ({ line, differs })
export const without = (leftOut: LeftOut, line: string): Command => ({ line, leftOut })
export const sameOnce = (once: string, line: string): Command => ({ line, once })
export const sameBut = (toolsDiffer: LeftOut, line: string): Command => ({ line, toolsDiffer })
