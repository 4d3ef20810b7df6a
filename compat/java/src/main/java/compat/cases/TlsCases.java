package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.RawClient;
import compat.Registry;
import java.util.List;
import org.apache.rocketmq.remoting.netty.TlsSystemConfig;

/** Certificates that servers and clients show each other; the program's own are right. */
public final class TlsCases {
    private static final int NOT_SUPPORTED = 3;
    private static final int NO_SUCH_CODE = 99_999;

    private TlsCases() {
    }

    /** For a program that was started with {@code -Dtls.enable=true}. */
    public static void register(Registry registry) {
        registry.exclusive("tls-certificates", CaseSet.SMOKE, TlsCases::certificates);
    }

    private static void certificates(Context context) throws Exception {
        String authority = TlsSystemConfig.tlsClientTrustCertPath;
        String key = TlsSystemConfig.tlsClientKeyPath;
        String cert = TlsSystemConfig.tlsClientCertPath;
        for (String member : List.of("namesrv", "broker")) {
            String address = context.control.address(member);
            try {
                served(address);
                for (String who : List.of("stranger", "expired", "nobody")) {
                    TlsSystemConfig.tlsClientKeyPath = who.equals("nobody") ? null : key.replace("client.key", who + ".key");
                    TlsSystemConfig.tlsClientCertPath = who.equals("nobody") ? null : cert.replace("client.pem", who + ".pem");
                    refused(address, who + " at " + member);
                }
                TlsSystemConfig.tlsClientKeyPath = key;
                TlsSystemConfig.tlsClientCertPath = cert;
                TlsSystemConfig.tlsClientTrustCertPath = authority.replace("authority.pem", "stranger.pem");
                refused(address, member + ", which the client does not trust");
            } finally {
                TlsSystemConfig.tlsClientTrustCertPath = authority;
                TlsSystemConfig.tlsClientKeyPath = key;
                TlsSystemConfig.tlsClientCertPath = cert;
            }
            served(address);
        }
    }

    private static void served(String address) throws Exception {
        RawClient client = new RawClient(address);
        try {
            Check.equal(NOT_SUPPORTED, client.call(NO_SUCH_CODE, null).getCode(), "answer of " + address);
        } finally {
            // It takes three seconds.
            new Thread(client::close).start();
        }
    }

    private static void refused(String address, String who) {
        long started = System.nanoTime();
        try {
            served(address);
        } catch (Exception e) {
            long millis = (System.nanoTime() - started) / 1_000_000;
            Check.that(millis < 5_000, who + ": refused after " + millis + " ms only");
            return;
        }
        throw new AssertionError("served: " + who);
    }
}
