package compat;

/** How much is run; each set contains those before it. */
public enum CaseSet {
    /** Send and consume, across one restart: for servers that are paired with the other implementation. */
    SMOKE,
    /** What differs between client versions. */
    CORE,
    FULL,
    /** One store in the hands of both implementations; alone, not with the others. */
    DISK,
    /** Transactions, on brokers that check half messages often; alone, too. */
    TRANSACTION,
    /** Messages with a time of delivery, on brokers with a small timer wheel; alone, too. */
    TIMER,
    /** The gRPC client, through Apache's Proxy; alone, too. */
    PROXY,
    /** Delay levels, on brokers where they are short, and cold data, where all is cold; alone, too. */
    DELAY,
    /** Pop consumers, and bit maps of filters, on brokers that write them; alone, too. */
    POP,
    /** Consumers of a master and its slave; alone, too. */
    HA,
    /** A slave that acts as master; alone, too. */
    ACTING,
    /** Users and rights, on brokers that want signatures; alone, too. */
    AUTH,
    /** Lite topics, through Apache's Proxy, on brokers that have them; alone, too. */
    LITE,
    /** Accounts of 4.x, on brokers that have them; alone, too. */
    PLAIN_ACL
}
