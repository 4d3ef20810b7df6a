/** Fields that stand in extFields beside those of a declared header. */

/**
 * Of 103 REGISTER_BROKER, our own: "true" when the broker's address was not configured, but found
 * (docs/decisions/0002-advertised-address.md).
 */
export const BROKER_ADDR_AUTO = 'brokerAddrAuto'

/** Of 103 and 105: the zone of a broker or a client. Source: common.MixAll#ZONE_NAME */
export const ZONE_NAME = '__ZONE_NAME'

/** Of 105: "true" when the client wants the brokers of its zone only. Source: common.MixAll#ZONE_MODE */
export const ZONE_MODE = '__ZONE_MODE'
