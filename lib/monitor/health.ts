/** How one part of a server is. `details` are facts for people, such as bytes and counts. */
export interface ComponentHealth {
  readonly status: 'UP' | 'DOWN'
  readonly details?: Readonly<Record<string, string | number | boolean>>
}

/** What the health endpoints ask. A server may be sent requests when all its components are up. */
export interface Health {
  components(): Readonly<Record<string, ComponentHealth>>
}

/** A part that is up when `isUp`. */
export function componentHealth(
  isUp: boolean,
  details?: ComponentHealth['details'],
): ComponentHealth {
  return { status: isUp ? 'UP' : 'DOWN', ...(details && { details }) }
}
