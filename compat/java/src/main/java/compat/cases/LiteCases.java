package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.GrpcClients;
import compat.GrpcReceived;
import compat.Registry;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.LitePushConsumer;
import org.apache.rocketmq.client.apis.consumer.OffsetOption;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.java.exception.LiteSubscriptionQuotaExceededException;

/** Lite topics, by the gRPC client through Apache's Proxy. */
public final class LiteCases {
    private static final long LIMIT_SECONDS = 40;
    /** Clients renew their subscriptions every 30 s, and what fails then the next time. */
    private static final long RENEWED_SECONDS = 100;

    private LiteCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.LITE;
        registry.shared("lite-push", set, LiteCases::push);
        registry.shared("lite-unsubscribe", set, LiteCases::unsubscribe);
        registry.shared("lite-again", set, LiteCases::again);
        registry.shared("lite-offsets", set, LiteCases::offsets);
        registry.shared("lite-exclusive", set, LiteCases::exclusive);
        registry.shared("lite-two-groups", set, LiteCases::twoGroups);
        registry.shared("lite-quota", set, LiteCases::quota);
        registry.exclusive("lite-restart", set, LiteCases::restart);
    }

    /** Each lite topic comes in the order in which it was sent, and none that was not subscribed to. */
    private static void push(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group);
        GrpcReceived received = new GrpcReceived();
        LitePushConsumer consumer = clients.litePushConsumer(group, topic, message -> {
            Check.equal(topic, message.getTopic(), "topic");
            Check.equal(1, message.getDeliveryAttempt(), "attempt");
            Check.equal(message.getLiteTopic().orElse(""), GrpcClients.body(message).split("-")[0], "lite topic");
            received.add(message);
            return ConsumeResult.SUCCESS;
        });
        List<String> liteTopics = bodies("lite", 10);
        for (String liteTopic : liteTopics) {
            consumer.subscribeLite(liteTopic);
        }
        Check.sameElements(liteTopics, new ArrayList<>(consumer.getLiteTopicSet()), "lite topics");
        Producer producer = clients.producer(topic);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            for (String liteTopic : liteTopics) {
                expected.add(liteTopic + "-" + i);
                send(clients, producer, topic, liteTopic, i);
            }
            send(clients, producer, topic, "other", i);
        }
        received.awaitExactly(expected, "received");
        for (String liteTopic : liteTopics) {
            Check.equal(bodies(liteTopic + "-", 20), ofLiteTopic(received, liteTopic), "order");
        }
    }

    private static void unsubscribe(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group);
        GrpcReceived received = new GrpcReceived();
        LitePushConsumer consumer = clients.litePushConsumer(group, topic, message -> consume(received, message));
        Producer producer = clients.producer(topic);
        consumer.subscribeLite("a");
        consumer.subscribeLite("b");
        send(clients, producer, topic, "a", 0);
        received.awaitAll(List.of("a-0"), "first");
        consumer.unsubscribeLite("a");
        send(clients, producer, topic, "a", 1);
        send(clients, producer, topic, "b", 0);
        received.awaitExactly(List.of("a-0", "b-0"), "without a");
        consumer.subscribeLite("a");
        received.awaitExactly(List.of("a-0", "b-0", "a-1"), "with a again");
    }

    /** A message that fails comes again, and those behind it wait for it. */
    private static void again(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group);
        GrpcReceived received = new GrpcReceived();
        LitePushConsumer consumer = clients.litePushConsumer(group, topic, message -> {
            String body = received.add(message).body;
            boolean fails = body.equals("a-1") && received.of(body).size() < 3;
            return fails ? ConsumeResult.FAILURE : ConsumeResult.SUCCESS;
        });
        consumer.subscribeLite("a");
        Producer producer = clients.producer(topic);
        for (int i = 0; i < 3; i++) {
            send(clients, producer, topic, "a", i);
        }
        received.awaitAll(List.of("a-0", "a-1", "a-2"), "all");
        Check.equal(List.of("a-0", "a-1", "a-1", "a-1", "a-2"), received.bodies(), "order");
    }

    /** Where a client begins a lite topic that has messages. */
    private static void offsets(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group);
        Producer producer = clients.producer(topic);
        for (String liteTopic : List.of("min", "max", "third")) {
            for (int i = 0; i < 5; i++) {
                send(clients, producer, topic, liteTopic, i);
            }
        }
        GrpcReceived received = new GrpcReceived();
        LitePushConsumer consumer = clients.litePushConsumer(group, topic, message -> consume(received, message));
        consumer.subscribeLite("min", OffsetOption.MIN_OFFSET);
        consumer.subscribeLite("max", OffsetOption.MAX_OFFSET);
        consumer.subscribeLite("third", OffsetOption.ofOffset(3));
        send(clients, producer, topic, "max", 5);
        List<String> expected = new ArrayList<>(bodies("min-", 5));
        expected.addAll(List.of("third-3", "third-4", "max-5"));
        received.awaitExactly(expected, "received");
    }

    /** The client that subscribes last has the lite topic; the other one is told. */
    private static void exclusive(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group, "lite.sub.model=Exclusive");
        GrpcReceived first = new GrpcReceived();
        GrpcReceived second = new GrpcReceived();
        LitePushConsumer before = clients.litePushConsumer(group, topic, message -> consume(first, message));
        LitePushConsumer after = clients.litePushConsumer(group, topic, message -> consume(second, message));
        Producer producer = clients.producer(topic);
        before.subscribeLite("a");
        before.subscribeLite("mine");
        send(clients, producer, topic, "a", 0);
        first.awaitExactly(List.of("a-0"), "of the first");
        after.subscribeLite("a");
        Check.eventually("the first is told", LIMIT_SECONDS, () -> before.getLiteTopicSet().equals(Set.of("mine")));
        send(clients, producer, topic, "a", 1);
        send(clients, producer, topic, "mine", 0);
        second.awaitExactly(List.of("a-1"), "of the second");
        first.awaitExactly(List.of("a-0", "mine-0"), "of the first");
    }

    /** Two clients of one group share a lite topic; another group gets everything, too. */
    private static void twoGroups(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group);
        GrpcReceived shared = new GrpcReceived();
        for (int i = 0; i < 2; i++) {
            clients.litePushConsumer(group, topic, message -> consume(shared, message)).subscribeLite("a");
        }
        Producer producer = clients.producer(topic);
        for (int i = 0; i < 30; i++) {
            send(clients, producer, topic, "a", i);
        }
        shared.awaitExactly(bodies("a-", 30), "of two clients");
        Check.equal(bodies("a-", 30), shared.bodies(), "order");
    }

    private static void quota(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group, "lite.sub.client.quota=2");
        LitePushConsumer consumer = clients.litePushConsumer(group, topic, message -> ConsumeResult.SUCCESS);
        consumer.subscribeLite("a");
        consumer.subscribeLite("b");
        try {
            consumer.subscribeLite("c");
            Check.that(false, "the third lite topic is refused");
        } catch (LiteSubscriptionQuotaExceededException e) {
            Check.sameElements(List.of("a", "b"), new ArrayList<>(consumer.getLiteTopicSet()), "lite topics");
        }
    }

    /** What was acknowledged before a restart does not come again, and the clients go on by themselves. */
    private static void restart(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String group = context.name("g");
        String topic = clients.liteTopic(group);
        GrpcReceived received = new GrpcReceived();
        LitePushConsumer consumer = clients.litePushConsumer(group, topic, message -> consume(received, message));
        consumer.subscribeLite("a");
        Producer producer = clients.producer(topic);
        send(clients, producer, topic, "a", 0);
        received.awaitExactly(List.of("a-0"), "before");
        Thread.sleep(500);
        context.control.post("broker", "restart");
        Check.eventually("sent after the restart", LIMIT_SECONDS, () -> {
            try {
                send(clients, producer, topic, "a", 1);
                return true;
            } catch (Exception e) {
                return false;
            }
        });
        Check.eventually("received after the restart", RENEWED_SECONDS, () -> received.bodies().contains("a-1"));
        Check.equal(1, received.of("a-0").size(), "times of the acknowledged message");
    }

    private static ConsumeResult consume(GrpcReceived received, MessageView message) {
        received.add(message);
        return ConsumeResult.SUCCESS;
    }

    private static void send(GrpcClients clients, Producer producer, String topic, String liteTopic, int i) throws Exception {
        producer.send(clients.message(topic, liteTopic + "-" + i).setLiteTopic(liteTopic).build());
    }

    private static List<String> ofLiteTopic(GrpcReceived received, String liteTopic) {
        return received.bodies().stream().filter(body -> body.startsWith(liteTopic + "-")).collect(Collectors.toList());
    }
}
