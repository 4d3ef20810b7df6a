/** A store that cannot be opened as it is. The message is one line for the operator: what is wrong, where, what to do. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
}
