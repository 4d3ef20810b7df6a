/** `239.7 GiB`. Source: common.MixAll#humanReadableByteCount */
export function humanReadableByteCount(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  const exponent = Math.floor(Math.log2(bytes) / 10)
  return `${(bytes / 1024 ** exponent).toFixed(1)} ${'KMGTPE'.charAt(exponent - 1)}iB`
}
