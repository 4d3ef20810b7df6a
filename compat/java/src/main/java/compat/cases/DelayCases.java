package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Delay levels, on brokers whose eighteen levels take 1 to 9 seconds: level n takes (n + 1) / 2. */
public final class DelayCases {
    private static final int LEVELS = 18;
    private static final int QUEUES = 4;
    /** Apache looks every 100 ms what is due. */
    private static final long LATE_MILLIS = 1_000;

    private DelayCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.DELAY;
        registry.shared("delay-levels", set, DelayCases::levels);
        registry.shared("delay-order", set, DelayCases::order);
        registry.exclusive("delay-downtime", set, DelayCases::downtime);
        registry.exclusive("delay-kill9", set, DelayCases::kill9);
    }

    private static long delayMillis(int level) {
        return (Math.min(level, LEVELS) + 1) / 2 * 1000L;
    }

    /** Sends with a level to a queue; the result is the time before. */
    private static long send(DefaultMQProducer producer, String topic, int queue, int level, String body) throws Exception {
        Message message = new Message(topic, "tag", "key-" + body, body.getBytes());
        message.putUserProperty("mine", "kept");
        message.setDelayTimeLevel(level);
        long beforeMillis = System.currentTimeMillis();
        SendResult result = producer.send(message, (queues, sent, index) -> queueOf(queues, queue), null);
        Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status of " + body);
        return beforeMillis;
    }

    private static MessageQueue queueOf(List<MessageQueue> queues, int queueId) {
        return queues.stream().filter(queue -> queue.getQueueId() == queueId).findFirst().orElseThrow();
    }

    /** {@code count} messages of each level, to the queue that is the level modulo four. */
    private static Map<String, Long> sendAllLevels(DefaultMQProducer producer, String topic, int count) throws Exception {
        Map<String, Long> sentMillis = new LinkedHashMap<>();
        for (int i = 0; i < count; i++) {
            for (int level = 1; level <= LEVELS; level++) {
                String body = level + "-" + i;
                sentMillis.put(body, send(producer, topic, level % QUEUES, level, body));
            }
        }
        return sentMillis;
    }

    private static int levelOf(String body) {
        return Integer.parseInt(body.substring(0, body.indexOf('-')));
    }

    /** Beyond the delay. */
    private static long lateMillis(MessageExt message, Map<String, Long> sentMillis) {
        String body = Received.body(message);
        return message.getStoreTimestamp() - sentMillis.get(body) - delayMillis(levelOf(body));
    }

    private static void levels(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        context.consume(context.name("g"), topic, "tag", received);
        Map<String, Long> sentMillis = sendAllLevels(producer, topic, 3);
        sentMillis.put("99-beyond", send(producer, topic, 0, 99, "99-beyond"));
        received.awaitExactly(sentMillis.keySet(), "delivered");
        for (MessageExt message : received.messages()) {
            String body = Received.body(message);
            int level = levelOf(body);
            long late = lateMillis(message, sentMillis);
            Check.that(late >= 0 && late <= LATE_MILLIS, body + " comes " + late + " ms after its time");
            Check.equal(level % QUEUES, level == 99 ? 3 : message.getQueueId(), "queue of " + body);
            Check.equal(Math.min(level, LEVELS), message.getDelayTimeLevel(), "level of " + body);
            Check.equal(topic, message.getProperty("REAL_TOPIC"), "REAL_TOPIC of " + body);
            Check.equal(String.valueOf(message.getQueueId()), message.getProperty("REAL_QID"), "REAL_QID of " + body);
            Check.equal("key-" + body, message.getKeys(), "keys");
            Check.equal("kept", message.getUserProperty("mine"), "user property");
            Check.equal(0, message.getReconsumeTimes(), "reconsumeTimes");
        }
    }

    /** Messages of one level come in the order in which they were sent, each once. */
    private static void order(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        List<String> texts = bodies("3-", 1500);
        for (String text : texts) {
            send(producer, topic, 0, 3, text);
        }
        received.awaitExactly(texts, "delivered");
        Map<String, Long> offsets = new HashMap<>();
        received.messages().forEach(message -> offsets.put(Received.body(message), message.getQueueOffset()));
        List<Long> inOrder = texts.stream().map(offsets::get).collect(Collectors.toList());
        Check.equal(inOrder.stream().sorted().collect(Collectors.toList()), inOrder, "order of the queue");
    }

    /** What became due while the broker was down comes when it is back, the rest at its time, each once. */
    private static void downtime(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        Map<String, Long> sentMillis = sendAllLevels(producer, topic, 4);
        context.control.post("broker", "stop");
        Thread.sleep(2_000);
        context.control.post("broker", "start");
        long backMillis = System.currentTimeMillis();
        received.awaitExactly(sentMillis.keySet(), "delivered");
        for (MessageExt message : received.messages()) {
            String body = Received.body(message);
            long dueMillis = sentMillis.get(body) + delayMillis(levelOf(body));
            Check.that(message.getStoreTimestamp() >= dueMillis, body + " comes too early");
            long late = message.getStoreTimestamp() - Math.max(dueMillis, backMillis);
            Check.that(late <= 2 * LATE_MILLIS, body + " comes " + late + " ms after its time");
        }
        checkOrder(received.messages(), sentMillis);
    }

    private static void checkOrder(List<MessageExt> messages, Map<String, Long> sentMillis) {
        for (int level = 1; level <= LEVELS; level++) {
            String prefix = level + "-";
            List<String> delivered = messages.stream()
                .filter(message -> Received.body(message).startsWith(prefix))
                .sorted((a, b) -> Long.compare(a.getQueueOffset(), b.getQueueOffset()))
                .map(Received::body).collect(Collectors.toList());
            List<String> sent = sentMillis.keySet().stream().filter(body -> body.startsWith(prefix))
                .collect(Collectors.toList());
            Check.equal(sent, delivered, "order of level " + level);
        }
    }

    /** After a crash nothing is lost and nothing early; what was delivered shortly before it may come again. */
    private static void kill9(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        Map<String, Long> sentMillis = sendAllLevels(producer, topic, 4);
        List<String> first = new ArrayList<>(List.of("1-0", "1-1", "2-0", "2-1"));
        received.awaitAll(first, "delivered before the crash");
        context.control.post("broker", "kill9-and-start");
        received.awaitAll(sentMillis.keySet(), "delivered");
        Thread.sleep(1_000);
        Check.equal(new HashSet<>(sentMillis.keySet()), new HashSet<>(received.bodies()), "delivered, later");
        for (MessageExt message : received.messages()) {
            Check.that(lateMillis(message, sentMillis) >= 0, Received.body(message) + " comes too early");
        }
        List<String> late = received.bodies().stream().filter(body -> levelOf(body) > 14).collect(Collectors.toList());
        Check.equal(late.size(), new HashSet<>(late).size(), "what was due after the crash comes once");
    }
}
