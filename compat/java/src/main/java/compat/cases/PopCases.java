package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.ClientVersion;
import compat.Context;
import compat.CrashingConsumer;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import compat.SteadyProducer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageDecoder;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;

/** Pop consumers: the push consumer in POP mode, and requests as it makes them. */
public final class PopCases {
    private static final int SET_MESSAGE_REQUEST_MODE = 401;
    private static final int POP_MESSAGE = 200050;
    private static final int ACK_MESSAGE = 200051;
    private static final int CHANGE_MESSAGE_INVISIBLETIME = 200053;
    private static final int BATCH_ACK_MESSAGE = 200151;
    private static final long INVISIBLE_MILLIS = 4_000;
    /** The shortest that the push consumer takes is 5 s. */
    private static final long CONSUMER_INVISIBLE_MILLIS = 6_000;
    /** What a push consumer may have at hand: a pop of 32 for each queue, and what waits for its threads. */
    private static final int IN_HAND = 300;

    private PopCases() {
    }

    public static void register(Registry registry) {
        CaseSet set = CaseSet.POP;
        registry.shared("pop-two-consumers", set, PopCases::twoConsumers);
        registry.shared("pop-tags", set, PopCases::tags);
        registry.shared("pop-sql", set, PopCases::sql);
        registry.shared("pop-retry", set, PopCases::retry);
        registry.shared("pop-lost-acks", set, PopCases::lostAcks);
        registry.shared("pop-change-invisible-time", set, PopCases::changeInvisibleTime);
        registry.shared("pop-in-order", set, PopCases::inOrder);
        registry.shared("pop-consumer-killed", set, PopCases::consumerKilled);
        registry.exclusive("pop-broker-killed", set, PopCases::brokerKilled);
    }

    private static void twoConsumers(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        setPopMode(context, topic, group);
        Received first = new Received();
        Received second = new Received();
        consume(context, topic, group, first, MessageSelector.byTag("*"));
        consume(context, topic, group, second, MessageSelector.byTag("*"));
        Context.send(producer, topic, bodies("m", 200));
        Check.eventually("all consumed", 30, () -> first.size() + second.size() >= 200);
        Thread.sleep(500);
        List<String> all = new ArrayList<>(first.bodies());
        all.addAll(second.bodies());
        Check.sameElements(bodies("m", 200), all, "consumed by two");
    }

    private static void tags(Context context) throws Exception {
        filtered(context, MessageSelector.byTag("A || C"), List.of("A0", "C2", "A4", "C6"));
    }

    private static void sql(Context context) throws Exception {
        filtered(context, MessageSelector.bySql("n > 2 AND TAGS <> 'D'"), List.of("A4", "B5", "C6"));
    }

    private static void filtered(Context context, MessageSelector selector, List<String> expected) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        setPopMode(context, topic, group);
        Received received = new Received();
        consume(context, topic, group, received, selector);
        for (int i = 0; i < 8; i++) {
            String tag = "ABCD".substring(i % 4, i % 4 + 1);
            Message message = new Message(topic, tag, (tag + i).getBytes(StandardCharsets.UTF_8));
            message.putUserProperty("n", String.valueOf(i));
            producer.send(message);
        }
        received.awaitExactly(expected, "wanted");
    }

    private static void retry(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        setPopMode(context, topic, group);
        Map<String, Integer> times = new ConcurrentHashMap<>();
        DefaultMQPushConsumer consumer = newConsumer(context, group);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, ignored) -> {
            MessageExt message = messages.get(0);
            times.merge(Received.body(message), 1, Integer::sum);
            boolean isLater = Received.body(message).equals("later") && message.getReconsumeTimes() == 0;
            return isLater ? ConsumeConcurrentlyStatus.RECONSUME_LATER : ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        Context.send(producer, topic, List.of("once", "later"));
        Check.eventually("consumed again", 40, () -> times.getOrDefault("later", 0) == 2);
        Check.equal(Map.of("once", 1, "later", 2), times, "attempts");
    }

    private static void lostAcks(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Context.send(producer, topic, bodies("m", 5));
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            RemotingCommand popped = popAll(broker, topic, group, 5, INVISIBLE_MILLIS);
            ack(broker, topic, group, popped, 0);
            // Bits 1 and 3.
            RemotingCommand acked = broker.call(BATCH_ACK_MESSAGE, "{\"brokerName\":\"broker-a\",\"acks\":[{\"c\":\"" + group
                + "\",\"t\":\"" + topic + "\",\"r\":\"0\",\"so\":0,\"q\":0,\"rq\":" + field(popped, "reviveQid") + ",\"pt\":"
                + field(popped, "popTime") + ",\"it\":" + INVISIBLE_MILLIS + ",\"b\":\"Cg==\"}]}");
            Check.equal(0, acked.getCode(), "batch ack");
            List<MessageExt> again = awaitMessages(broker, topic, group, 2);
            Check.sameElements(List.of("m2", "m4"), bodiesOf(again), "revived");
            for (MessageExt message : again) {
                Check.equal(1, message.getReconsumeTimes(), "reconsume times");
                Check.equal(field(popped, "popTime"), message.getProperty("1ST_POP_TIME"), "first pop time");
                Check.equal(topic, message.getTopic(), "topic");
            }
        }
    }

    private static void changeInvisibleTime(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Context.send(producer, topic, bodies("m", 2));
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            RemotingCommand popped = popAll(broker, topic, group, 2, INVISIBLE_MILLIS);
            RemotingCommand changed = broker.call(CHANGE_MESSAGE_INVISIBLETIME, null, "consumerGroup", group, "topic", topic,
                "queueId", "0", "offset", "0", "extraInfo", handle(popped, 0), "invisibleTime", "600000");
            Check.equal(0, changed.getCode(), "change");
            Check.equal(List.of("m1"), bodiesOf(awaitMessages(broker, topic, group, 1)), "not made longer");
        }
    }

    private static void inOrder(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Context.send(producer, topic, bodies("m", 4));
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            RemotingCommand popped = pop(broker, topic, group, 2, INVISIBLE_MILLIS, true);
            Check.equal(bodies("m", 2), bodiesOf(messages(popped)), "first");
            Check.equal(List.of(), bodiesOf(messages(pop(broker, topic, group, 2, INVISIBLE_MILLIS, true))), "while open");
            ack(broker, topic, group, popped, 0);
            Check.eventually("open again", 20, () -> {
                RemotingCommand again = pop(broker, topic, group, 3, 60_000, true);
                if (messages(again).isEmpty()) {
                    return false;
                }
                Check.equal(List.of("m1", "m2", "m3"), bodiesOf(messages(again)), "after the time");
                Check.equal("0 qo0%1 1;0 0 0", field(again, "orderCountInfo"), "counts");
                return true;
            });
        }
    }

    private static void brokerKilled(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Context.send(producer, topic, bodies("m", 6));
        RemotingCommand popped;
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            popped = popAll(broker, topic, group, 6, 8_000);
            for (int offset : List.of(0, 2, 4)) {
                ack(broker, topic, group, popped, offset);
            }
            // The group's offset is on the disk by then.
            Thread.sleep(1_500);
        }
        context.control.post("broker", "kill9-and-start");
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            Check.sameElements(List.of("m1", "m3", "m5"), bodiesOf(awaitMessages(broker, topic, group, 3)), "revived");
        }
    }

    /**
     * What the killed consumer had acknowledged does not come again; what it had only popped comes to the other one, when its invisible
     * time is over and once; all others come once.
     */
    private static void consumerKilled(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        context.producerWithTopic(topic, 4);
        setPopMode(context, topic, group);
        CrashingConsumer victim = CrashingConsumer.startPopping(context, group, topic, CONSUMER_INVISIBLE_MILLIS);
        SteadyProducer producer = new SteadyProducer(context, topic, 32);
        producer.start();
        Check.eventually("the victim consumes", 40, () -> victim.bodies().size() > 100);
        Received received = new Received();
        consumePopping(context, topic, group, received);
        Check.eventually("both consume", 40, () -> received.size() > 20);
        int before = victim.bodies().size();
        Check.eventually("the victim goes on", 40, () -> victim.bodies().size() > before + 20);
        victim.kill();
        producer.awaitMore(100);
        producer.stop();
        List<String> sent = producer.acknowledgedBodies();
        Check.eventually("everything consumed", 60, () -> everywhere(received, victim).containsAll(sent));
        // What was not acknowledged would come again within this time.
        Thread.sleep(CONSUMER_INVISIBLE_MILLIS + 2_000);
        List<String> here = texts(received.bodies());
        Check.equal(new HashSet<>(here).size(), here.size(), "what the other consumer got, each once");
        Set<String> surplus = everywhere(received, victim);
        surplus.removeAll(new HashSet<>(sent));
        // Sent by a request that was given up: nobody knows whether it is there.
        Check.that(surplus.size() <= 3, "bodies that nobody sent: " + surplus);
        Set<String> twice = new HashSet<>(here);
        twice.retainAll(new HashSet<>(texts(victim.bodies())));
        Check.that(twice.size() <= IN_HAND, "acknowledged and yet come again: " + twice.size());
    }

    private static Set<String> everywhere(Received received, CrashingConsumer victim) throws Exception {
        Set<String> all = new HashSet<>(texts(received.bodies()));
        all.addAll(texts(victim.bodies()));
        return all;
    }

    private static List<String> texts(List<String> bodies) {
        return bodies.stream().map(SteadyProducer::text).collect(Collectors.toList());
    }

    private static void consumePopping(Context context, String topic, String group, Received received) throws Exception {
        DefaultMQPushConsumer consumer = context.newPushConsumer(group);
        ClientVersion.setPopping(consumer, CONSUMER_INVISIBLE_MILLIS);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
    }

    private static DefaultMQPushConsumer newConsumer(Context context, String group) throws Exception {
        DefaultMQPushConsumer consumer = context.newPushConsumer(group);
        ClientVersion.setServerRebalance(consumer);
        return consumer;
    }

    private static void consume(Context context, String topic, String group, Received received, MessageSelector selector)
        throws Exception {
        DefaultMQPushConsumer consumer = newConsumer(context, group);
        consumer.subscribe(topic, selector);
        consumer.registerMessageListener(Context.into(received));
        consumer.start();
    }

    private static void setPopMode(Context context, String topic, String group) throws Exception {
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            broker.body(SET_MESSAGE_REQUEST_MODE, "{\"topic\":\"" + topic + "\",\"consumerGroup\":\"" + group
                + "\",\"mode\":\"POP\",\"popShareQueueNum\":0}");
        }
    }

    private static RemotingCommand pop(RawClient broker, String topic, String group, int count, long invisibleMillis, boolean order)
        throws Exception {
        return broker.call(POP_MESSAGE, null, "consumerGroup", group, "topic", topic, "queueId", "0", "maxMsgNums",
            String.valueOf(count), "invisibleTime", String.valueOf(invisibleMillis), "pollTime", "0", "bornTime", "0",
            "initMode", "0", "order", String.valueOf(order));
    }

    /** Pops until the answer has so many at once: they lie in one queue. */
    static RemotingCommand popAll(RawClient broker, String topic, String group, int count, long invisibleMillis)
        throws Exception {
        Check.eventually("dispatched", 10, () -> field(broker.call(30, null, "topic", topic, "queueId", "0"), "offset")
            .equals(String.valueOf(count)));
        RemotingCommand popped = pop(broker, topic, group, 32, invisibleMillis, false);
        Check.equal(count, messages(popped).size(), "popped");
        return popped;
    }

    static List<MessageExt> awaitMessages(RawClient broker, String topic, String group, int count) throws Exception {
        List<MessageExt> all = new ArrayList<>();
        Check.eventually(count + " messages", 40, () -> {
            all.addAll(messages(pop(broker, topic, group, 32, 600_000, false)));
            return all.size() >= count;
        });
        return all;
    }

    static void ack(RawClient broker, String topic, String group, RemotingCommand popped, int offset) throws Exception {
        RemotingCommand response = broker.call(ACK_MESSAGE, null, "consumerGroup", group, "topic", topic, "queueId", "0",
            "offset", String.valueOf(offset), "extraInfo", handle(popped, offset));
        Check.equal(0, response.getCode(), "ack of " + offset + " (" + response.getRemark() + ")");
    }

    private static String handle(RemotingCommand popped, int offset) {
        return String.join(" ", "0", field(popped, "popTime"), field(popped, "invisibleTime"), field(popped, "reviveQid"), "0",
            "broker-a", "0", String.valueOf(offset));
    }

    private static String field(RemotingCommand response, String name) {
        return response.getExtFields().getOrDefault(name, "");
    }

    private static List<MessageExt> messages(RemotingCommand response) {
        return response.getBody() == null ? List.of() : MessageDecoder.decodes(ByteBuffer.wrap(response.getBody()));
    }

    static List<String> bodiesOf(List<MessageExt> messages) {
        List<String> bodies = new ArrayList<>();
        messages.forEach(message -> bodies.add(Received.body(message)));
        return bodies;
    }
}
