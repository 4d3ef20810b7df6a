package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.ClientVersion;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageExt;

/** Messages with a time of delivery, on brokers that allow recalls and whose wheel reaches 4 s. */
public final class TimerCases {
    private static final String DELAY_SEC = "TIMER_DELAY_SEC";
    private static final String DELAY_MS = "TIMER_DELAY_MS";
    private static final String DELIVER_MS = "TIMER_DELIVER_MS";
    private static final int MESSAGE_ILLEGAL = 13;
    private static final int ILLEGAL_OPERATION = 604;
    private static final long PRECISION_MS = 1000;
    /** Of the first delay levels. */
    private static final long[] LEVEL_MS = {1000, 5000};
    /** Beyond the precision; the machine is busy, and a message may roll on its way. */
    private static final long LATENESS_MS = 2500;

    private TimerCases() {
    }

    /** {@code kills}: how often the broker is killed. */
    public static void register(Registry registry, int kills) {
        registry.shared("timer-kinds", CaseSet.TIMER, TimerCases::kinds);
        registry.shared("timer-recall", CaseSet.TIMER, TimerCases::recall);
        registry.shared("timer-roll", CaseSet.TIMER, TimerCases::roll);
        registry.shared("timer-refused", CaseSet.TIMER, TimerCases::refused);
        registry.exclusive("timer-restart", CaseSet.TIMER, TimerCases::restart);
        registry.exclusive("timer-kill9", CaseSet.TIMER, context -> killed(context, kills));
    }

    /** For one store in the hands of both implementations. */
    public static void registerDisk(Registry registry) {
        registry.exclusive("disk-timers", CaseSet.DISK, TimerCases::onOneStore);
    }

    private static void kinds(Context context) throws Exception {
        Timers timers = new Timers(context);
        long now = System.currentTimeMillis();
        timers.send("seconds", DELAY_SEC, 2, now + 2000);
        timers.send("millis", DELAY_MS, 3300, now + 3300);
        timers.send("time", DELIVER_MS, now + 5500, now + 5500);
        timers.send("past", DELIVER_MS, now - 5000, now);
        timers.send("zero", DELAY_SEC, 0, now);
        timers.awaitOnTime();
        MessageExt message = timers.message("seconds");
        Check.equal(timers.topic, message.getTopic(), "topic");
        Check.equal("kept", message.getUserProperty("mine"), "user property");
        Check.equal("the-tag", message.getTags(), "tags");
    }

    private static void recall(Context context) throws Exception {
        Timers timers = new Timers(context);
        long due = System.currentTimeMillis() + 5000;
        timers.send("stays", DELIVER_MS, due, due);
        SendResult recalled = timers.send("recalled", DELIVER_MS, due, due);
        timers.expected.remove("recalled");
        String handle = ClientVersion.recallHandle(recalled);
        String id = ClientVersion.recall(timers.producer, timers.topic, handle);
        Check.equal(recalled.getMsgId(), id, "id of the recalled message");
        timers.awaitOnTime();
        refusedBy(ILLEGAL_OPERATION, () -> ClientVersion.recall(timers.producer, timers.topic, handle));
        SendResult ordinary = timers.producer.send(Context.message(timers.topic, "ordinary"));
        Check.equal(null, ClientVersion.recallHandle(ordinary), "handle of an ordinary message");
    }

    /** Further away than the wheel reaches. */
    private static void roll(Context context) throws Exception {
        Timers timers = new Timers(context);
        long now = System.currentTimeMillis();
        timers.send("far", DELAY_SEC, 9, now + 9_000);
        timers.recall(timers.send("far-recalled", DELAY_SEC, 9, now + 9_000), "far-recalled");
        timers.awaitOnTime();
        int rolls = Integer.parseInt(timers.message("far").getProperty("TIMER_ROLL_TIMES"));
        Check.that(rolls >= 2, "rolled " + rolls + " times");
    }

    private static void refused(Context context) throws Exception {
        Timers timers = new Timers(context);
        long now = System.currentTimeMillis();
        for (Map.Entry<String, String> each : List.of(
            Map.entry(DELAY_SEC, "soon"), Map.entry(DELAY_SEC, "999999"), Map.entry(DELAY_MS, "1.5"),
            Map.entry(DELAY_MS, "999999999"), Map.entry(DELIVER_MS, "tomorrow"),
            Map.entry(DELIVER_MS, String.valueOf(now + 999_999_999L)))) {
            Message message = Context.message(timers.topic, "refused");
            MessageAccessor.putProperty(message, each.getKey(), each.getValue());
            refusedBy(MESSAGE_ILLEGAL, () -> timers.producer.send(message));
        }
        List<Message> batch = new ArrayList<>();
        batch.add(Context.message(timers.topic, "batch"));
        timers.producer.send(batch);
        timers.expected.put("batch", now);
        timers.awaitOnTime();
    }

    /** Timers that are in the queue, in the wheel, rolled and due when the broker ends. */
    private static void restart(Context context) throws Exception {
        Timers timers = new Timers(context);
        long now = System.currentTimeMillis();
        for (int i = 0; i < 60; i++) {
            timers.send("early" + i, DELAY_MS, 1000 + i * 150L, now + 1000 + i * 150L);
        }
        timers.send("rolled", DELAY_SEC, 13, now + 13_000);
        Check.eventually("some delivered", 20, () -> timers.received.size() >= 10);
        for (int i = 0; i < 20; i++) {
            timers.send("last" + i, DELAY_MS, 3000, System.currentTimeMillis() + 3000);
        }
        context.control.post("broker", "restart");
        timers.received.awaitExactly(timers.expected.keySet(), "delivered once");
        timers.checkNoneEarly();
    }

    /**
     * Timers and delay levels in all their stages when the broker is killed, at any moment: all come, none early, none recalled.
     * What is recalled lies within the wheel: an order that is rolled in a wheel as small as this comes too late.
     */
    private static void killed(Context context, int kills) throws Exception {
        Timers timers = new Timers(context);
        Random random = new Random(kills);
        for (int kill = 0; kill < kills; kill++) {
            String prefix = "kill" + kill + "-";
            for (int i = 0; i < 60; i++) {
                long delay = 500 + random.nextInt(6000);
                timers.send(prefix + i, DELAY_MS, delay, System.currentTimeMillis() + delay);
            }
            for (int i = 0; i < 20; i++) {
                timers.sendLevel(prefix + "level" + i, 1 + i % 2);
            }
            timers.send(prefix + "rolled", DELAY_SEC, 11, System.currentTimeMillis() + 11_000);
            timers.recall(timers.send(prefix + "recalled", DELAY_MS, 2900, 0), prefix + "recalled");
            Thread.sleep(random.nextInt(3000));
            long due = System.currentTimeMillis() + 2900;
            SendResult later = timers.send(prefix + "recalled-later", DELIVER_MS, due, due);
            context.control.post("broker", "kill9-and-start");
            if (System.currentTimeMillis() < due - PRECISION_MS - 200) {
                timers.recall(later, prefix + "recalled-later");
            }
        }
        timers.received.awaitAll(timers.expected.keySet(), "delivered");
        Thread.sleep(300);
        Check.equal(timers.expected.keySet(), new HashSet<>(timers.received.bodies()), "delivered");
        timers.checkNoneEarly();
    }

    /** What waits under one implementation is delivered, or has been recalled, under the other. */
    private static void onOneStore(Context context) throws Exception {
        Timers timers = new Timers(context);
        pending(timers, "apache", 14_000);
        hand(context, "apache", "ours");
        timers.received.awaitExactly(timers.expected.keySet(), "delivered by ours");
        pending(timers, "ours", 20_000);
        hand(context, "ours", "apache");
        timers.received.awaitExactly(timers.expected.keySet(), "delivered by Apache's");
        timers.checkNoneEarly();
    }

    private static void pending(Timers timers, String prefix, long delayMs) throws Exception {
        for (int i = 0; i < 30; i++) {
            long due = System.currentTimeMillis() + delayMs + i * 50L;
            timers.send(prefix + i, DELIVER_MS, due, due);
        }
        long due = System.currentTimeMillis() + delayMs;
        timers.recall(timers.send(prefix + "-recalled", DELIVER_MS, due, due), prefix + "-recalled");
    }

    private static void hand(Context context, String from, String to) throws Exception {
        context.control.post(from, "stop");
        context.control.post("store", "verify");
        context.control.post(to, "start");
    }

    private interface Action {
        void run() throws Exception;
    }

    private static void refusedBy(int code, Action action) throws Exception {
        try {
            action.run();
        } catch (MQBrokerException e) {
            Check.equal(code, e.getResponseCode(), "code of the refusal: " + e.getErrorMessage());
            return;
        }
        throw new AssertionError("not refused, expected code " + code);
    }

    /** A topic with a consumer, and when each message is due. */
    private static final class Timers {
        final String topic;
        final DefaultMQProducer producer;
        final Received received = new Received();
        final Map<String, Long> expected = new java.util.LinkedHashMap<>();

        Timers(Context context) throws Exception {
            topic = context.name("t");
            producer = context.producerWithTopic(topic, 2);
            context.consume(context.name("g"), topic, "*", received);
        }

        SendResult send(String body, String kind, long value, long dueMs) throws Exception {
            Message message = Context.message(topic, body);
            message.setTags("the-tag");
            message.putUserProperty("mine", "kept");
            MessageAccessor.putProperty(message, kind, String.valueOf(value));
            expected.put(body, dueMs);
            return producer.send(message);
        }

        void sendLevel(String body, int level) throws Exception {
            Message message = Context.message(topic, body);
            message.setDelayTimeLevel(level);
            expected.put(body, System.currentTimeMillis() + LEVEL_MS[level - 1]);
            producer.send(message);
        }

        void recall(SendResult sent, String body) throws Exception {
            expected.remove(body);
            ClientVersion.recall(producer, topic, ClientVersion.recallHandle(sent));
        }

        MessageExt message(String body) {
            return received.messages().stream().filter(m -> Received.body(m).equals(body)).findFirst().orElseThrow();
        }

        void checkNoneEarly() {
            List<String> early = received.messages().stream()
                .filter(m -> m.getStoreTimestamp() < expected.get(Received.body(m)))
                .map(Received::body).collect(Collectors.toList());
            Check.equal(List.of(), early, "came early");
        }

        void awaitOnTime() throws Exception {
            received.awaitExactly(expected.keySet(), "delivered");
            checkNoneEarly();
            for (MessageExt message : received.messages()) {
                long late = message.getStoreTimestamp() - expected.get(Received.body(message));
                Check.that(late <= PRECISION_MS + LATENESS_MS, Received.body(message) + " came " + late + " ms late");
            }
        }
    }
}
