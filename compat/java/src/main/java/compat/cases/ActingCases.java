package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import compat.cases.TransactionCases.Decisions;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageAccessor;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/**
 * The master of broker-a is killed, its slave acts in its place, then the master comes back: ordered consumption goes on, what
 * becomes due meanwhile comes by way of broker-b, each message once.
 */
public final class ActingCases {
    private static final int GET_TOPIC_CONFIG = 351;
    private static final int DELAY_LEVEL = 2;
    private static final long DELAY_MILLIS = 12_000;
    private static final int QUEUES = 2;
    private static final int ORDERED = 200;
    /** Slaves fetch topics and groups each minute. */
    private static final int SLAVE_SYNC_SECONDS = 75;
    private static final LocalTransactionState UNKNOWN = LocalTransactionState.UNKNOW;

    private final Context context;
    private final DefaultMQProducer producer;
    private final String ordered;
    private final String delayed;
    private final String transactional;
    private final String popped;

    private ActingCases(Context context) throws Exception {
        this.context = context;
        producer = context.producer();
        ordered = topic("ordered", QUEUES);
        delayed = topic("delayed", QUEUES);
        transactional = topic("transactional", QUEUES);
        popped = topic("popped", 1);
    }

    public static void register(Registry registry) {
        registry.exclusive("acting-topics", CaseSet.ACTING, context -> new ActingCases(context).awaitTopicsOnSlave());
        registry.exclusive("acting-master", CaseSet.ACTING, context -> new ActingCases(context).run());
    }

    private void run() throws Exception {
        awaitTopicsOnSlave();
        Received inOrder = consumeOrderly();
        Received onTime = new Received();
        context.consume(context.name("g-delayed"), delayed, "*", onTime);
        Received decided = new Received();
        context.consume(context.name("g-transactional"), transactional, "*", decided);
        sendOrdered(0, ORDERED);
        Check.eventually("some consumed in order", 30, () -> inOrder.size() >= ORDERED / 4);
        Check.that(inOrder.size() < ORDERED, "too early: all are consumed before the master is killed");

        sendTimed();
        RemotingCommand open = popAndAckFirst();
        sendHalf();
        context.control.post("broker", "kill9");

        awaitPlace(false);
        try (RawClient slave = new RawClient(context.control.address("slave"))) {
            PopCases.ack(slave, popped, group(), open, 1);
        }
        Check.eventually("ordered messages of the slave", 60, () -> distinct(inOrder).size() == ORDERED);
        onTime.awaitExactly(timedBodies(), "on time, by the other broker");
        decided.awaitExactly(bodies("good", 6), "committed, by the other broker");
        awaitRevived();

        context.control.post("broker", "start");
        awaitPlace(true);
        Check.eventually("the producer finds the master", 20, () -> {
            sendOrdered(ORDERED, ORDERED + 1);
            return true;
        });
        sendOrdered(ORDERED + 1, ORDERED + 40);
        Check.eventually("ordered messages of the master", 60, () -> distinct(inOrder).size() == ORDERED + 40);
        Check.equal(expectedOrder(ORDERED + 40), orderOf(inOrder), "order");
        // Longer than a check of half messages takes, and the next round of delay levels.
        Thread.sleep(6_000);
        onTime.awaitExactly(timedBodies(), "on time, after the master is back");
        decided.awaitExactly(bodies("good", 6), "committed, after the master is back");
    }

    /** The same for all cases: the slave takes its time to learn of topics. */
    private String topic(String what, int queues) throws Exception {
        String topic = "acting-" + what;
        context.createTopic(producer, topic, queues);
        Check.eventually("on both brokers", 20, () -> producer.fetchPublishMessageQueues(topic).size() == 2 * queues);
        return topic;
    }

    private String group() {
        return context.name("g-popped");
    }

    private void awaitTopicsOnSlave() throws Exception {
        try (RawClient slave = new RawClient(context.control.address("slave"))) {
            for (String topic : List.of(ordered, delayed, transactional, popped)) {
                Check.eventually("the slave knows " + topic, SLAVE_SYNC_SECONDS,
                    () -> slave.call(GET_TOPIC_CONFIG, null, "topic", topic).getCode() == 0);
            }
        }
    }

    /** Waits until queues of broker-a can be written to again, or not any more. */
    private void awaitPlace(boolean isMaster) throws Exception {
        Check.eventually(isMaster ? "the master is back" : "the master is gone", 40, () -> isMaster
            == producer.fetchPublishMessageQueues(ordered).stream().anyMatch(queue -> queue.getBrokerName().equals("broker-a")));
    }

    private Received consumeOrderly() throws Exception {
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g-ordered"));
        consumer.subscribe(ordered, "*");
        consumer.registerMessageListener((MessageListenerOrderly) (messages, ignored) -> {
            received.add(messages);
            try {
                Thread.sleep(40);
            } catch (InterruptedException e) {
                return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
            }
            return ConsumeOrderlyStatus.SUCCESS;
        });
        consumer.start();
        return received;
    }

    /** To the queues of broker-a in turn. */
    private void sendOrdered(int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            int queueId = i % QUEUES;
            toBrokerA(Context.message(ordered, "o" + i), queueId);
        }
    }

    private void toBrokerA(Message message, int queueId) throws Exception {
        producer.send(message, (queues, ignored, key) -> queues.stream()
            .filter(queue -> queue.getBrokerName().equals("broker-a") && queue.getQueueId() == queueId)
            .findFirst().orElseThrow(), null);
    }

    private void sendTimed() throws Exception {
        for (int i = 0; i < 10; i++) {
            Message level = Context.message(delayed, "level" + i);
            level.setDelayTimeLevel(DELAY_LEVEL);
            toBrokerA(level, i % QUEUES);
            Message timer = Context.message(delayed, "timer" + i);
            // Clients of 4.x, which are compiled with the same cases, have no method for it.
            String deliverMs = String.valueOf(System.currentTimeMillis() + DELAY_MILLIS);
            MessageAccessor.putProperty(timer, "TIMER_DELIVER_MS", deliverMs);
            toBrokerA(timer, i % QUEUES);
        }
    }

    private static List<String> timedBodies() {
        List<String> all = new ArrayList<>(bodies("level", 10));
        all.addAll(bodies("timer", 10));
        return all;
    }

    /** Open when the master is killed, before it asks about the first: half of them lie there. */
    private void sendHalf() throws Exception {
        Decisions decisions = new Decisions(text -> UNKNOWN, text -> text.startsWith("good")
            ? LocalTransactionState.COMMIT_MESSAGE : LocalTransactionState.ROLLBACK_MESSAGE);
        TransactionMQProducer sender = TransactionCases.producer(context, context.name("pg"), decisions);
        for (int i = 0; i < 6; i++) {
            sender.sendMessageInTransaction(Context.message(transactional, "good" + i), null);
            sender.sendMessageInTransaction(Context.message(transactional, "bad" + i), null);
        }
    }

    /** Four messages are popped from the master, the first is acknowledged there. */
    private RemotingCommand popAndAckFirst() throws Exception {
        for (String body : bodies("p", 4)) {
            toBrokerA(Context.message(popped, body), 0);
        }
        try (RawClient master = new RawClient(context.control.address("broker"))) {
            RemotingCommand answer = PopCases.popAll(master, popped, group(), 4, DELAY_MILLIS);
            PopCases.ack(master, popped, group(), answer, 0);
            return answer;
        }
    }

    /** The two that nobody acknowledged come from the other broker. */
    private void awaitRevived() throws Exception {
        try (RawClient other = new RawClient(context.control.address("broker-b"))) {
            List<MessageExt> again = PopCases.awaitMessages(other, popped, group(), 2);
            Check.sameElements(List.of("p2", "p3"), PopCases.bodiesOf(again), "revived");
        }
    }

    private static LinkedHashSet<String> distinct(Received received) {
        return new LinkedHashSet<>(received.bodies());
    }

    private static Map<Integer, List<String>> expectedOrder(int count) {
        Map<Integer, List<String>> expected = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            expected.computeIfAbsent(i % QUEUES, key -> new ArrayList<>()).add("o" + i);
        }
        return expected;
    }

    /** By queue, each at its first arrival. */
    private static Map<Integer, List<String>> orderOf(Received received) {
        Map<Integer, List<String>> order = new TreeMap<>();
        for (String body : distinct(received)) {
            order.computeIfAbsent(Integer.parseInt(body.substring(1)) % QUEUES, key -> new ArrayList<>()).add(body);
        }
        return order;
    }
}
