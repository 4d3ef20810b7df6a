/** Bytes, text or fields that are not what the protocol says; the caller decides what the peer gets to see of it. */
export class CodecError extends Error {
  override readonly name: string = 'CodecError'
}

/** A frame that cannot be decoded. Apache closes the connection without an answer, and so do we. */
export class FrameError extends CodecError {
  override readonly name = 'FrameError'
}
