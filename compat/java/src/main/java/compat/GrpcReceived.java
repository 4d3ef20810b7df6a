package compat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageView;

/** What gRPC consumers got, in the order of arrival. */
public final class GrpcReceived {
    private static final long LIMIT_SECONDS = 40;

    /** One delivery of a message. */
    public static final class Delivery {
        public final long millis = System.currentTimeMillis();
        public final MessageView message;
        public final String body;

        Delivery(MessageView message) {
            this.message = message;
            body = GrpcClients.body(message);
        }
    }

    private final List<Delivery> deliveries = new ArrayList<>();

    public synchronized Delivery add(MessageView message) {
        Delivery delivery = new Delivery(message);
        deliveries.add(delivery);
        return delivery;
    }

    public synchronized List<Delivery> deliveries() {
        return new ArrayList<>(deliveries);
    }

    public List<String> bodies() {
        return deliveries().stream().map(delivery -> delivery.body).collect(Collectors.toList());
    }

    /** The deliveries of one message, by its body. */
    public List<Delivery> of(String body) {
        return deliveries().stream().filter(delivery -> delivery.body.equals(body)).collect(Collectors.toList());
    }

    /** Waits until each of these bodies has come at least once. */
    public void awaitAll(Collection<String> expected, String what) throws InterruptedException {
        Check.eventually(what + " " + expected, LIMIT_SECONDS, () -> new HashSet<>(bodies()).containsAll(expected));
    }

    /** Waits for exactly these bodies, then a moment longer: none may come twice, none besides. */
    public void awaitExactly(Collection<String> expected, String what) throws InterruptedException {
        awaitAll(expected, what);
        Thread.sleep(300);
        Check.sameElements(expected, bodies(), what);
    }

    /** Receives until each of these bodies has come, and acknowledges what comes. */
    public void take(SimpleConsumer consumer, Collection<String> expected, Duration invisible) throws Exception {
        long deadline = System.nanoTime() + LIMIT_SECONDS * 1_000_000_000;
        while (!new HashSet<>(bodies()).containsAll(expected) && System.nanoTime() < deadline) {
            for (MessageView message : consumer.receive(32, invisible)) {
                add(message);
                consumer.ack(message);
            }
        }
        Check.sameElements(expected, bodies(), "received");
    }
}
