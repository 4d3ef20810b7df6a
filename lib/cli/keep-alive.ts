import { INT_MAX } from '../config/option.ts'

/** Does something; meanwhile the process does not end, as it would where only timers of the clock are waited for. */
export async function keepAlive<T>(act: () => Promise<T>): Promise<T> {
  const handle = setInterval(() => undefined, INT_MAX)
  try {
    return await act()
  } finally {
    clearInterval(handle)
  }
}
