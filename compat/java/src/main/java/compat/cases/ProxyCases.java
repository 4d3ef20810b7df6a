package compat.cases;

import static compat.Context.bodies;

import compat.Check;
import compat.CaseSet;
import compat.Context;
import compat.GrpcClients;
import compat.GrpcReceived;
import compat.Registry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.apis.ClientException;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.FilterExpressionType;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageView;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.SendReceipt;

/** The gRPC client sends and consumes through Apache's Proxy. */
public final class ProxyCases {
    private static final Duration INVISIBLE = Duration.ofSeconds(20);
    private static final Duration SHORTLY_INVISIBLE = Duration.ofSeconds(2);
    /** A message that was not acknowledged comes again so long after its time, at most: the check, and a poll that waits. */
    private static final long REVIVE_MILLIS = 13_000;

    private ProxyCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.PROXY;
        registry.shared("proxy-simple-consumer", set, ProxyCases::simpleConsumer);
        registry.shared("proxy-invisible-duration", set, ProxyCases::invisibleDuration);
        registry.shared("proxy-filters", set, ProxyCases::filters);
        registry.shared("proxy-long-polling", set, ProxyCases::longPolling);
        registry.shared("proxy-fifo-simple", set, ProxyCases::fifoSimple);
        registry.shared("proxy-fifo-push", set, ProxyCases::fifoPush);
        registry.shared("proxy-push", set, ProxyCases::push);
        registry.shared("proxy-dead-letter", set, ProxyCases::deadLetter);
        registry.shared("proxy-wrong-kind", set, ProxyCases::wrongKind);
        registry.shared("proxy-delay", set, ProxyCases::delay);
        registry.shared("proxy-recall", set, ProxyCases::recall);
    }

    private static void simpleConsumer(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 4);
        SimpleConsumer consumer =
            clients.simpleConsumer(clients.group("g", false, 3), topic, FilterExpression.SUB_ALL);
        Producer producer = clients.producer(topic);
        Map<String, String> ids = new HashMap<>();
        long beforeMillis = System.currentTimeMillis();
        for (String text : bodies("m-\u00fc-", 40)) {
            SendReceipt receipt = producer.send(clients.message(topic, text)
                .setTag("tag").setKeys("key-" + text, "second").addProperty("mine", "kept \u4e2d").build());
            ids.put(text, receipt.getMessageId().toString());
        }
        GrpcReceived received = new GrpcReceived();
        received.take(consumer, ids.keySet(), INVISIBLE);
        for (GrpcReceived.Delivery delivery : received.deliveries()) {
            MessageView message = delivery.message;
            Check.equal(ids.get(delivery.body), message.getMessageId().toString(), "message id");
            Check.equal(topic, message.getTopic(), "topic");
            Check.equal(Optional.of("tag"), message.getTag(), "tag");
            Check.equal(List.of("key-" + delivery.body, "second"), new ArrayList<>(message.getKeys()), "keys");
            Check.equal(Map.of("mine", "kept \u4e2d"), message.getProperties(), "properties");
            Check.equal(1, message.getDeliveryAttempt(), "attempt");
            Check.equal(Optional.empty(), message.getMessageGroup(), "message group");
            Check.that(message.getBornTimestamp() >= beforeMillis - 1000, "born");
        }
        Check.equal(0, consumer.receive(32, INVISIBLE).size(), "left when all are acknowledged");
    }

    /** What is not acknowledged comes again after its time, and not before; the time can be made longer and shorter. */
    private static void invisibleDuration(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 1);
        SimpleConsumer consumer =
            clients.simpleConsumer(clients.group("g", false, 5), topic, FilterExpression.SUB_ALL);
        clients.send(clients.producer(topic), topic, List.of("acknowledged", "again", "longer", "shorter"));
        Map<String, MessageView> first = new HashMap<>();
        long receivedMillis = System.currentTimeMillis();
        while (first.size() < 4) {
            boolean isShort = first.isEmpty();
            for (MessageView message : consumer.receive(32, SHORTLY_INVISIBLE)) {
                first.put(GrpcClients.body(message), message);
            }
            Check.that(isShort || first.size() == 4, "all four soon, not " + first.keySet());
        }
        consumer.ack(first.get("acknowledged"));
        consumer.changeInvisibleDuration(first.get("longer"), Duration.ofSeconds(9));
        consumer.changeInvisibleDuration(first.get("shorter"), Duration.ofSeconds(1));

        GrpcReceived received = new GrpcReceived();
        received.take(consumer, List.of("again", "shorter", "longer"), INVISIBLE);
        checkPause(received.of("again").get(0), receivedMillis, 2_000);
        checkPause(received.of("shorter").get(0), receivedMillis, 1_000);
        checkPause(received.of("longer").get(0), receivedMillis, 9_000);
        for (GrpcReceived.Delivery delivery : received.deliveries()) {
            Check.equal(2, delivery.message.getDeliveryAttempt(), "attempt of " + delivery.body);
            Check.equal(first.get(delivery.body).getMessageId(), delivery.message.getMessageId(), "message id");
        }
    }

    private static void checkPause(GrpcReceived.Delivery delivery, long sinceMillis, long expectedMillis) {
        long pause = delivery.millis - sinceMillis;
        Check.that(pause >= expectedMillis - 100 && pause <= expectedMillis + REVIVE_MILLIS,
            delivery.body + " comes again after " + expectedMillis + " ms, not " + pause);
    }

    private static void filters(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 2);
        SimpleConsumer byTag = clients.simpleConsumer(clients.group("tags", false, 3), topic,
            new FilterExpression("a || b", FilterExpressionType.TAG));
        SimpleConsumer bySql = clients.simpleConsumer(clients.group("sql", false, 3), topic,
            new FilterExpression("n > 5 AND colour = 'red'", FilterExpressionType.SQL92));
        Producer producer = clients.producer(topic);
        for (int i = 0; i < 12; i++) {
            producer.send(clients.message(topic, "m" + i).setTag(List.of("a", "b", "c").get(i % 3))
                .addProperty("n", String.valueOf(i)).addProperty("colour", i % 2 == 0 ? "red" : "blue").build());
        }
        GrpcReceived tagged = new GrpcReceived();
        tagged.take(byTag, List.of("m0", "m1", "m3", "m4", "m6", "m7", "m9", "m10"), INVISIBLE);
        GrpcReceived selected = new GrpcReceived();
        selected.take(bySql, List.of("m6", "m8", "m10"), INVISIBLE);
    }

    /** A consumer that waits gets a message as soon as it is sent. */
    private static void longPolling(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 1);
        SimpleConsumer consumer =
            clients.simpleConsumer(clients.group("g", false, 3), topic, FilterExpression.SUB_ALL);
        Producer producer = clients.producer(topic);
        clients.send(producer, topic, List.of("first"));
        new GrpcReceived().take(consumer, List.of("first"), INVISIBLE);
        GrpcReceived received = new GrpcReceived();
        for (int i = 0; i < 3; i++) {
            var waiting = consumer.receiveAsync(1, INVISIBLE);
            Thread.sleep(1_000);
            long sentMillis = System.currentTimeMillis();
            clients.send(producer, topic, List.of("waited" + i));
            MessageView message = waiting.get().get(0);
            GrpcReceived.Delivery delivery = received.add(message);
            consumer.ack(message);
            Check.that(delivery.millis - sentMillis < 1_000, "waited " + (delivery.millis - sentMillis) + " ms");
        }
        Check.equal(List.of("waited0", "waited1", "waited2"), received.bodies(), "received");
    }

    private static List<String> sendGroups(GrpcClients clients, String topic, int groups, int each) throws Exception {
        Producer producer = clients.producer(topic);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            for (int group = 0; group < groups; group++) {
                String text = "g" + group + "-" + i;
                producer.send(clients.message(topic, text).setMessageGroup("group" + group).build());
                all.add(text);
            }
        }
        return all;
    }

    private static List<String> ofGroup(List<String> texts, int group) {
        return texts.stream().filter(text -> text.startsWith("g" + group + "-")).collect(Collectors.toList());
    }

    /** While messages of a queue are not acknowledged, nobody gets those behind them, and they come again in order. */
    private static void fifoSimple(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("FIFO", 1);
        SimpleConsumer consumer =
            clients.simpleConsumer(clients.group("g", true, 5), topic, FilterExpression.SUB_ALL);
        List<String> all = sendGroups(clients, topic, 2, 4);
        List<MessageView> first = consumer.receive(3, Duration.ofSeconds(10));
        Check.equal(all.subList(0, 3), texts(first), "received first");
        Check.equal(Optional.of("group0"), first.get(0).getMessageGroup(), "message group");
        consumer.ack(first.get(0));
        Check.equal(0, consumer.receive(8, INVISIBLE).size(), "received while others are not acknowledged");
        consumer.changeInvisibleDuration(first.get(1), Duration.ofSeconds(1));
        consumer.changeInvisibleDuration(first.get(2), Duration.ofSeconds(1));
        GrpcReceived received = new GrpcReceived();
        Check.eventually("the rest", 30, () -> {
            for (MessageView message : consumer.receive(8, INVISIBLE)) {
                received.add(message);
                consumer.ack(message);
            }
            return received.bodies().size() >= all.size() - 1;
        });
        Check.equal(all.subList(1, all.size()), received.bodies(), "received afterwards, in order");
        Check.equal(2, received.deliveries().get(0).message.getDeliveryAttempt(), "attempt");
    }

    private static List<String> texts(List<MessageView> messages) {
        return messages.stream().map(GrpcClients::body).collect(Collectors.toList());
    }

    /** A message that fails is tried again before those behind it. */
    private static void fifoPush(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("FIFO", 4);
        List<String> all = sendGroups(clients, topic, 3, 10);
        GrpcReceived received = new GrpcReceived();
        clients.pushConsumer(clients.group("g", true, 5), topic, message -> {
            GrpcReceived.Delivery delivery = received.add(message);
            boolean fails = delivery.body.equals("g1-4") && message.getDeliveryAttempt() == 1;
            return fails ? ConsumeResult.FAILURE : ConsumeResult.SUCCESS;
        });
        List<String> expected = new ArrayList<>(all);
        expected.add("g1-4");
        Check.eventually("all consumed", 40, () -> received.bodies().size() >= expected.size());
        Thread.sleep(300);
        Check.sameElements(expected, received.bodies(), "consumed");
        Check.equal(ofGroup(all, 0), ofGroup(received.bodies(), 0), "order of group 0");
        List<String> tried = ofGroup(all, 1);
        tried.add(5, "g1-4");
        Check.equal(tried, ofGroup(received.bodies(), 1), "order of group 1");
        Check.equal(ofGroup(all, 2), ofGroup(received.bodies(), 2), "order of group 2");
    }

    /** Two push consumers share a topic; what fails comes again. */
    private static void push(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 4);
        String group = clients.group("g", false, 5);
        GrpcReceived received = new GrpcReceived();
        for (int i = 0; i < 2; i++) {
            clients.pushConsumer(group, topic, message -> {
                GrpcReceived.Delivery delivery = received.add(message);
                boolean fails = delivery.body.endsWith("7") && message.getDeliveryAttempt() == 1;
                return fails ? ConsumeResult.FAILURE : ConsumeResult.SUCCESS;
            });
        }
        List<String> texts = bodies("m", 50);
        clients.send(clients.producer(topic), topic, texts);
        List<String> expected = new ArrayList<>(texts);
        List<String> failing = texts.stream().filter(text -> text.endsWith("7")).collect(Collectors.toList());
        expected.addAll(failing);
        Check.eventually("all consumed", 40, () -> received.bodies().size() >= expected.size());
        Thread.sleep(300);
        Check.sameElements(expected, received.bodies(), "consumed");
        for (String text : failing) {
            List<GrpcReceived.Delivery> tries = received.of(text);
            Check.equal(2, tries.get(1).message.getDeliveryAttempt(), "attempt of " + text);
            checkPause(tries.get(1), tries.get(0).millis, 1_000);
        }
    }

    /** A message that fails too often goes to the dead letters of its group. */
    private static void deadLetter(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 1);
        String group = clients.group("g", false, 1);
        GrpcReceived received = new GrpcReceived();
        clients.pushConsumer(group, topic, message -> {
            received.add(message);
            return GrpcClients.body(message).startsWith("bad") ? ConsumeResult.FAILURE : ConsumeResult.SUCCESS;
        });
        clients.send(clients.producer(topic), topic, List.of("bad", "good"));
        var reader = context.pullConsumer(context.name("reader"));
        List<String> dead = new ArrayList<>();
        Check.eventually("a dead letter", 40, () -> {
            new compat.QueueReader(reader).readAll("%DLQ%" + group).values()
                .forEach(found -> found.forEach(message -> dead.add(compat.Received.body(message))));
            return !dead.isEmpty();
        });
        Check.equal(List.of("bad"), dead, "dead letters");
        Check.sameElements(List.of("bad", "bad", "good"), received.bodies(), "consumed");
    }

    /** A topic takes only the kind of message that it was made for. */
    private static void wrongKind(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("NORMAL", 1);
        Producer producer = clients.producer(topic);
        producer.send(clients.message(topic, "right").build());
        try {
            producer.send(clients.message(topic, "wrong").setMessageGroup("group").build());
        } catch (IllegalArgumentException | ClientException e) {
            return;
        }
        throw new AssertionError("an ordered message went to a normal topic");
    }

    private static void delay(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("DELAY", 2);
        GrpcReceived received = new GrpcReceived();
        clients.pushConsumer(clients.group("g", false, 3), topic, message -> {
            received.add(message);
            return ConsumeResult.SUCCESS;
        });
        Producer producer = clients.producer(topic);
        Map<String, Long> dueMillis = new HashMap<>();
        for (int seconds = 6; seconds >= 3; seconds--) {
            long due = System.currentTimeMillis() + seconds * 1000L;
            dueMillis.put("after" + seconds, due);
            producer.send(clients.message(topic, "after" + seconds).setDeliveryTimestamp(due).build());
        }
        received.awaitExactly(dueMillis.keySet(), "delivered");
        for (GrpcReceived.Delivery delivery : received.deliveries()) {
            long late = delivery.millis - dueMillis.get(delivery.body);
            Check.that(late >= -1000 && late < 4000, delivery.body + " is " + late + " ms late");
            Check.equal(Optional.of(dueMillis.get(delivery.body)), delivery.message.getDeliveryTimestamp(),
                "delivery timestamp");
        }
    }

    private static void recall(Context context) throws Exception {
        GrpcClients clients = new GrpcClients(context);
        String topic = clients.topic("DELAY", 1);
        GrpcReceived received = new GrpcReceived();
        clients.pushConsumer(clients.group("g", false, 3), topic, message -> {
            received.add(message);
            return ConsumeResult.SUCCESS;
        });
        Producer producer = clients.producer(topic);
        List<SendReceipt> receipts = new ArrayList<>();
        long due = System.currentTimeMillis() + 6_000;
        for (String text : List.of("recalled", "kept", "recalled-too")) {
            receipts.add(producer.send(clients.message(topic, text).setDeliveryTimestamp(due).build()));
        }
        for (int i : new int[] {0, 2}) {
            String recalled = producer.recallMessage(topic, receipts.get(i).getRecallHandle()).getMessageId().toString();
            Check.equal(receipts.get(i).getMessageId().toString(), recalled, "recalled message");
        }
        try {
            producer.recallMessage(topic, "forged");
            throw new AssertionError("a forged handle was taken");
        } catch (ClientException e) {
            Check.that(e.getMessage() != null, "says why");
        }
        received.awaitAll(List.of("kept"), "delivered");
        Thread.sleep(3_000);
        Check.equal(List.of("kept"), received.bodies(), "delivered");
    }
}
