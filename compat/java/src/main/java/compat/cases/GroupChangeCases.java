package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.CrashingConsumer;
import compat.RawClient;
import compat.Received;
import compat.Registry;
import compat.SteadyProducer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;

/** Groups whose members come, go and crash, and whose offsets are set back, while messages keep coming. */
public final class GroupChangeCases {
    private static final int RESET_OFFSET = 222;
    private static final int QUEUES = 4;

    private GroupChangeCases() {
    }

    public static void register(Registry registry) {
        registry.shared("consumer-crash-under-load", CaseSet.FULL, GroupChangeCases::crash);
        registry.shared("orderly-members-change", CaseSet.FULL, GroupChangeCases::orderly);
        registry.shared("reset-while-running", CaseSet.FULL, GroupChangeCases::reset);
    }

    /** What the killed member had taken but not committed comes again, to the other; nothing is lost, nothing invented. */
    private static void crash(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        DefaultMQPushConsumer survivor = context.consume(group, topic, "*", received);
        CrashingConsumer victim = CrashingConsumer.start(context, group, topic);
        SteadyProducer producer = new SteadyProducer(context, topic, 32);
        producer.start();
        Check.eventually("the victim consumes", 40, () -> victim.bodies().size() > 100);
        victim.kill();
        Context.awaitBalanced(topic, QUEUES, List.of(survivor));
        producer.awaitMore(100);
        producer.stop();
        List<String> sent = producer.acknowledgedBodies();
        Check.eventually("everything consumed", 40, () -> consumed(received, victim).containsAll(sent));
        Set<String> surplus = consumed(received, victim);
        surplus.removeAll(new HashSet<>(sent));
        // Sent by a request that was given up: nobody knows whether it is there.
        Check.that(surplus.size() <= 3, "bodies that nobody sent: " + surplus);
    }

    private static Set<String> consumed(Received received, CrashingConsumer victim) throws Exception {
        Set<String> all = new HashSet<>(texts(received.bodies()));
        all.addAll(texts(victim.bodies()));
        return all;
    }

    private static List<String> texts(List<String> bodies) {
        return bodies.stream().map(SteadyProducer::text).collect(Collectors.toList());
    }

    /** A member joins, then the first one leaves: each queue's messages come in their order to whoever holds it. */
    private static void orderly(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        MessageListenerOrderly listener = (messages, c) -> {
            received.add(messages);
            return ConsumeOrderlyStatus.SUCCESS;
        };
        DefaultMQPushConsumer first = consumeOrderly(context, topic, listener);
        int sent = sendOrdered(producer, topic, 0, 100);
        DefaultMQPushConsumer second = consumeOrderly(context, topic, listener);
        sent = sendOrdered(producer, topic, sent, 100);
        Context.awaitBalanced(topic, QUEUES, List.of(first, second));
        sent = sendOrdered(producer, topic, sent, 100);
        first.shutdown();
        sent = sendOrdered(producer, topic, sent, 100);
        Context.awaitBalanced(topic, QUEUES, List.of(second));
        sent = sendOrdered(producer, topic, sent, 100);
        received.awaitAll(bodies("", sent), "all");
        for (Map.Entry<String, List<String>> queue : received.bodiesByQueue().entrySet()) {
            int queueId = Integer.parseInt(queue.getKey().substring(queue.getKey().lastIndexOf(':') + 1));
            List<String> expected = IntStream.range(0, sent).filter(i -> i % QUEUES == queueId)
                .mapToObj(String::valueOf).collect(Collectors.toList());
            Check.equal(expected, new ArrayList<>(new LinkedHashSet<>(queue.getValue())), "order in " + queue.getKey());
        }
    }

    private static DefaultMQPushConsumer consumeOrderly(Context context, String topic, MessageListenerOrderly listener)
        throws Exception {
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(listener);
        consumer.start();
        return consumer;
    }

    private static int sendOrdered(DefaultMQProducer producer, String topic, int from, int count) throws Exception {
        for (int i = from; i < from + count; i++) {
            producer.send(Context.message(topic, String.valueOf(i)), (queues, m, key) -> queues.get((Integer) key), i % QUEUES);
        }
        return from + count;
    }

    /** A running member is told of the new offsets and consumes everything once more, then goes on. */
    private static void reset(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        DefaultMQPushConsumer consumer = context.consume(group, topic, "*", received);
        Context.send(producer, topic, bodies("a", 40));
        received.awaitExactly(bodies("a", 40), "before the reset");
        Context.awaitBalanced(topic, QUEUES, List.of(consumer));
        try (RawClient broker = new RawClient(context.control.address("broker"))) {
            String table = broker.body(RESET_OFFSET, null,
                "topic", topic, "group", group, "timestamp", "0", "isForce", "true");
            Check.equal(QUEUES, table.split("\"queueId\"", -1).length - 1, "queues in " + table);
        }
        Check.eventually("consumed once more", 40, () -> received.size() >= 80);
        Context.send(producer, topic, bodies("b", 20));
        List<String> expected = new ArrayList<>(bodies("a", 40));
        expected.addAll(bodies("a", 40));
        expected.addAll(bodies("b", 20));
        received.awaitExactly(expected, "after the reset");
    }
}
