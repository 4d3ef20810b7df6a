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
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Transactional messages, on brokers that ask after three seconds and every two, five times. */
public final class TransactionCases {
    private static final String GIVEN_UP = "TRANS_CHECK_MAX_TIME_TOPIC";
    private static final int CHECK_MAX = 5;
    private static final LocalTransactionState COMMIT = LocalTransactionState.COMMIT_MESSAGE;
    private static final LocalTransactionState ROLLBACK = LocalTransactionState.ROLLBACK_MESSAGE;
    private static final LocalTransactionState UNKNOWN = LocalTransactionState.UNKNOW;

    private TransactionCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.TRANSACTION;
        registry.shared("tx-commit", set, TransactionCases::commit);
        registry.shared("tx-rollback", set, TransactionCases::rollback);
        registry.shared("tx-unknown-then-checked", set, TransactionCases::unknownThenChecked);
        registry.shared("tx-unknown-to-the-limit", set, TransactionCases::unknownToTheLimit);
        registry.shared("tx-immunity", set, TransactionCases::immunity);
        registry.shared("tx-producer-crash", set, TransactionCases::producerCrash);
        registry.exclusive("tx-broker-restart", set, context -> brokerGone(context, "restart"));
        registry.exclusive("tx-broker-kill9", set, context -> brokerGone(context, "kill9-and-start"));
    }

    /** One store that Apache's broker and ours open in turn, as in {@link DiskCases}. */
    public static void registerDisk(Registry registry) {
        registry.exclusive("disk-transactions", CaseSet.DISK, TransactionCases::storeMoves);
    }

    /** A producer's decisions: when it sends, and when it is asked. */
    static final class Decisions implements TransactionListener {
        final Function<String, LocalTransactionState> atOnce;
        volatile Function<String, LocalTransactionState> whenAsked;
        final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();
        final Map<String, MessageExt> lastAsked = new ConcurrentHashMap<>();

        Decisions(Function<String, LocalTransactionState> atOnce, Function<String, LocalTransactionState> whenAsked) {
            this.atOnce = atOnce;
            this.whenAsked = whenAsked;
        }

        @Override
        public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
            return atOnce.apply(new String(message.getBody()));
        }

        @Override
        public LocalTransactionState checkLocalTransaction(MessageExt message) {
            String body = Received.body(message);
            lastAsked.put(body, message);
            asked.computeIfAbsent(body, key -> new AtomicInteger()).incrementAndGet();
            return whenAsked.apply(body);
        }
    }

    static TransactionMQProducer producer(Context context, String group, Decisions decisions) throws Exception {
        TransactionMQProducer producer = context.newTransactionProducer(group);
        producer.setTransactionListener(decisions);
        producer.start();
        return producer;
    }

    private static Map<String, TransactionSendResult> send(TransactionMQProducer producer, String topic, List<String> texts)
        throws Exception {
        Map<String, TransactionSendResult> results = new HashMap<>();
        for (String text : texts) {
            Message message = new Message(topic, "tag", "key-" + text, text.getBytes());
            message.putUserProperty("mine", "kept");
            TransactionSendResult result = producer.sendMessageInTransaction(message, null);
            Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status of " + text);
            results.put(text, result);
        }
        return results;
    }

    private static Received consume(Context context, String topic) throws Exception {
        Received received = new Received();
        context.consume(context.name("g"), topic, "tag", received);
        return received;
    }

    private static void commit(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 4).shutdown();
        Received received = consume(context, topic);
        Decisions decisions = new Decisions(text -> COMMIT, text -> ROLLBACK);
        TransactionMQProducer producer = producer(context, context.name("pg"), decisions);
        Map<String, TransactionSendResult> sent = send(producer, topic, bodies("m", 50));
        received.awaitExactly(bodies("m", 50), "committed");
        for (MessageExt message : received.messages()) {
            TransactionSendResult result = sent.get(Received.body(message));
            Check.equal(result.getMsgId(), message.getMsgId(), "msgId");
            Check.equal(result.getTransactionId(), message.getTransactionId(), "transactionId");
            Check.equal(result.getMessageQueue().getQueueId(), message.getQueueId(), "queue");
            Check.equal("kept", message.getUserProperty("mine"), "user property");
            Check.equal("key-" + Received.body(message), message.getKeys(), "keys");
            Check.equal(topic, message.getProperty("REAL_TOPIC"), "REAL_TOPIC");
            Check.equal("true", message.getProperty("TRAN_MSG"), "TRAN_MSG");
            Check.equal(8, message.getSysFlag() & 12, "transaction bits");
        }
        Check.equal(50L, received.messages().stream().map(MessageExt::getPreparedTransactionOffset).distinct().count(),
            "prepared transaction offsets");
        Thread.sleep(8_000);
        Check.equal(0, decisions.asked.size(), "asked about");
        received.awaitExactly(bodies("m", 50), "committed, later");
    }

    private static void rollback(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 1).shutdown();
        Received received = consume(context, topic);
        Decisions decisions = new Decisions(text -> text.startsWith("bad") ? ROLLBACK : COMMIT, text -> COMMIT);
        TransactionMQProducer producer = producer(context, context.name("pg"), decisions);
        for (int i = 0; i < 10; i++) {
            send(producer, topic, List.of("bad" + i, "good" + i));
        }
        Thread.sleep(8_000);
        received.awaitExactly(bodies("good", 10), "committed");
        Check.equal(0, decisions.asked.size(), "asked about");
    }

    private static void unknownThenChecked(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 2).shutdown();
        Received received = consume(context, topic);
        String group = context.name("pg");
        Decisions decisions = new Decisions(text -> UNKNOWN, text -> text.startsWith("bad") ? ROLLBACK : COMMIT);
        TransactionMQProducer producer = producer(context, group, decisions);
        Map<String, TransactionSendResult> sent = send(producer, topic, bodies("good", 10));
        send(producer, topic, bodies("bad", 10));
        received.awaitExactly(bodies("good", 10), "committed when asked");
        Check.eventually("all asked about", 20, () -> decisions.asked.size() == 20);
        for (String text : bodies("good", 10)) {
            MessageExt asked = decisions.lastAsked.get(text);
            Check.equal(topic, asked.getTopic(), "topic");
            Check.equal(sent.get(text).getTransactionId(), asked.getTransactionId(), "transactionId");
            Check.equal(group, asked.getProperty("PGROUP"), "group");
            Check.equal("1", asked.getProperty("TRANSACTION_CHECK_TIMES"), "times");
            Check.equal("kept", asked.getUserProperty("mine"), "user property");
        }
        Thread.sleep(6_000);
        received.awaitExactly(bodies("good", 10), "committed, later");
        Check.that(decisions.asked.values().stream().allMatch(times -> times.get() == 1), "each asked about once");
    }

    private static void unknownToTheLimit(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 1).shutdown();
        Received received = consume(context, topic);
        Decisions decisions = new Decisions(text -> UNKNOWN, text -> UNKNOWN);
        TransactionMQProducer producer = producer(context, context.name("pg"), decisions);
        List<String> texts = bodies(context.name("m"), 3);
        send(producer, topic, texts);
        DefaultMQPullConsumer reader = context.pullConsumer(context.name("reader"));
        Check.eventually("given up", 60, () -> givenUp(reader).containsAll(texts));
        for (String text : texts) {
            Check.equal(CHECK_MAX, decisions.asked.get(text).get(), "asked about " + text);
        }
        Check.equal(new ArrayList<String>(), received.bodies(), "consumed");
    }

    private static List<String> givenUp(DefaultMQPullConsumer reader) throws Exception {
        List<String> found = new ArrayList<>();
        for (MessageQueue queue : reader.fetchSubscribeMessageQueues(GIVEN_UP)) {
            long end = reader.maxOffset(queue);
            for (long offset = reader.minOffset(queue); offset < end;) {
                PullResult result = reader.pull(queue, "*", offset, 32);
                if (result.getMsgFoundList() == null) {
                    break;
                }
                found.addAll(result.getMsgFoundList().stream().map(Received::body).collect(Collectors.toList()));
                offset = result.getNextBeginOffset();
            }
        }
        return found;
    }

    /** Asked about after the time that the message names, not after that of the broker. */
    private static void immunity(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 1).shutdown();
        Received received = consume(context, topic);
        Map<String, Long> askedMillis = new ConcurrentHashMap<>();
        Decisions decisions = new Decisions(text -> UNKNOWN, text -> {
            askedMillis.put(text, System.currentTimeMillis());
            return COMMIT;
        });
        TransactionMQProducer producer = producer(context, context.name("pg"), decisions);
        Message message = new Message(topic, "tag", "immune".getBytes());
        message.putUserProperty("CHECK_IMMUNITY_TIME_IN_SECONDS", "8");
        long sentMillis = System.currentTimeMillis();
        producer.sendMessageInTransaction(message, null);
        send(producer, topic, List.of("other"));
        received.awaitExactly(List.of("immune", "other"), "committed when asked");
        Check.that(askedMillis.get("immune") - sentMillis >= 8_000, "immune for 8 s");
        Check.that(askedMillis.get("other") - sentMillis < 8_000, "the other is asked about before");
    }

    /** A producer that has gone leaves its transactions to the others of its group. */
    private static void producerCrash(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 1).shutdown();
        Received received = consume(context, topic);
        String group = context.name("pg");
        TransactionMQProducer first = producer(context, group, new Decisions(text -> UNKNOWN, text -> UNKNOWN));
        send(first, topic, bodies("m", 5));
        first.shutdown();
        Thread.sleep(3_000);
        Decisions decisions = new Decisions(text -> COMMIT, text -> text.equals("m3") ? ROLLBACK : COMMIT);
        TransactionMQProducer second = producer(context, group, decisions);
        // A producer announces itself to the brokers whose topics it knows.
        send(second, topic, List.of("m5"));
        received.awaitExactly(List.of("m0", "m1", "m2", "m4", "m5"), "committed by the second");
    }

    /** Transactions that one server leaves open are settled by the other, and what is settled stays so. */
    private static void storeMoves(Context context) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 1).shutdown();
        Received received = consume(context, topic);
        Decisions decisions = new Decisions(
            text -> text.endsWith("-now") ? COMMIT : text.endsWith("-never") ? ROLLBACK : UNKNOWN, text -> UNKNOWN);
        TransactionMQProducer producer = producer(context, context.name("pg"), decisions);
        List<String> all = List.of("a-now", "a-never", "a-later", "a-last", "a-bad", "b-now", "b-never", "b-last", "b-bad");
        send(producer, topic, all.subList(0, 5));
        Check.eventually("asked by Apache's", 30, () -> decisions.asked.size() == 3);
        received.awaitExactly(List.of("a-now"), "committed to Apache's");
        move(context, "apache", "ours");

        decisions.whenAsked = text -> text.endsWith("-later") ? COMMIT : UNKNOWN;
        send(producer, topic, all.subList(5, all.size()));
        Check.eventually("asked by ours", 30, () -> decisions.asked.size() == 5);
        received.awaitExactly(List.of("a-now", "a-later", "b-now"), "committed to ours");
        move(context, "ours", "apache");

        decisions.whenAsked = text -> text.endsWith("-bad") ? ROLLBACK : COMMIT;
        List<String> committed = List.of("a-now", "a-later", "a-last", "b-now", "b-last");
        received.awaitExactly(committed, "committed to Apache's again");
        Thread.sleep(6_000);
        received.awaitExactly(committed, "committed, later");
    }

    private static void move(Context context, String from, String to) throws Exception {
        // What is settled is noted half a second later.
        Thread.sleep(1_500);
        context.control.post(from, "stop");
        context.control.post("store", "verify");
        context.control.post(to, "start");
    }

    /** What was begun before, is settled after; what was settled stays so. */
    private static void brokerGone(Context context, String action) throws Exception {
        String topic = context.name("t");
        context.producerWithTopic(topic, 2).shutdown();
        Received received = consume(context, topic);
        Decisions decisions = new Decisions(
            text -> text.startsWith("now") ? COMMIT : text.startsWith("never") ? ROLLBACK : UNKNOWN,
            text -> text.startsWith("later") || text.startsWith("now") ? COMMIT : ROLLBACK);
        TransactionMQProducer producer = producer(context, context.name("pg"), decisions);
        for (int i = 0; i < 10; i++) {
            send(producer, topic, List.of("now" + i, "later" + i, "never" + i, "not" + i));
        }
        Check.eventually("the first consumed", 20, () -> received.bodies().containsAll(bodies("now", 10)));
        // Longer than a half message takes to be noted as settled: after that each is consumed once.
        Thread.sleep(action.equals("restart") ? 0 : 3_500);
        context.control.post("broker", action);
        List<String> expected = bodies("now", 10);
        expected.addAll(bodies("later", 10));
        received.awaitAll(expected, "committed");
        Thread.sleep(6_000);
        Check.equal(new HashSet<>(expected), new HashSet<>(received.bodies()), "committed, later");
    }
}
