package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.MessageExt;

/** Orderly consumption: one consumer at a time holds a queue's lock, and messages come in the queue's order. */
public final class OrderCases {
    private static final int QUEUES = 4;

    private OrderCases() {
    }

    public static void register(Registry registry) {
        registry.shared("orderly", CaseSet.CORE, OrderCases::twoConsumers);
        registry.shared("orderly-suspend", CaseSet.FULL, OrderCases::suspend);
    }

    private static void sendOrdered(DefaultMQProducer producer, String topic, int from, int to,
        Map<Integer, List<String>> sent) throws Exception {
        for (int i = from; i < to; i++) {
            int queueId = i % QUEUES;
            String body = "o" + i;
            producer.send(Context.message(topic, body), (queues, m, key) -> queues.get((Integer) key), queueId);
            sent.computeIfAbsent(queueId, key -> new ArrayList<>()).add(body);
        }
    }

    private static DefaultMQPushConsumer consume(Context context, String topic, MessageListenerOrderly listener)
        throws Exception {
        DefaultMQPushConsumer consumer = context.newPushConsumer(context.name("g"));
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener(listener);
        consumer.start();
        return consumer;
    }

    /** A queue that changes hands may bring messages again, but never an earlier one before its successors are repeated. */
    private static void twoConsumers(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Received received = new Received();
        Map<String, AtomicInteger> inQueue = new ConcurrentHashMap<>();
        List<String> together = new ArrayList<>();
        MessageListenerOrderly listener = (messages, c) -> {
            String queue = String.valueOf(c.getMessageQueue());
            AtomicInteger users = inQueue.computeIfAbsent(queue, key -> new AtomicInteger());
            if (users.incrementAndGet() > 1) {
                together.add(queue);
            }
            received.add(messages);
            users.decrementAndGet();
            return ConsumeOrderlyStatus.SUCCESS;
        };
        DefaultMQPushConsumer first = consume(context, topic, listener);
        Map<Integer, List<String>> sent = new HashMap<>();
        sendOrdered(producer, topic, 0, 80, sent);
        Check.eventually("first part", 30, () -> received.size() == 80);
        Check.equal(byQueueId(sent), inOrder(received), "order with one consumer");
        DefaultMQPushConsumer second = consume(context, topic, listener);
        sendOrdered(producer, topic, 80, 160, sent);
        Context.awaitBalanced(topic, QUEUES, List.of(first, second));
        sendOrdered(producer, topic, 160, 240, sent);
        List<String> all = new ArrayList<>();
        sent.values().forEach(all::addAll);
        received.awaitAll(all, "all parts");
        Check.equal(byQueueId(sent), inOrder(received), "order over all");
        Check.equal(List.of(), together, "queues consumed by two at a time");
    }

    private static Map<String, List<String>> byQueueId(Map<Integer, List<String>> sent) {
        Map<String, List<String>> result = new HashMap<>();
        sent.forEach((queueId, bodies) -> result.put(String.valueOf(queueId), bodies));
        return result;
    }

    /** Bodies by queue id in the order of their first arrival. */
    private static Map<String, List<String>> inOrder(Received received) {
        Map<String, List<String>> result = new HashMap<>();
        received.bodiesByQueue().forEach((queue, bodies) ->
            result.put(queue.substring(queue.lastIndexOf(':') + 1), new ArrayList<>(new LinkedHashSet<>(bodies))));
        return result;
    }

    /** A suspended queue offers the same message again before any later one. */
    private static void suspend(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, QUEUES);
        Map<Integer, List<String>> sent = new HashMap<>();
        sendOrdered(producer, topic, 0, 40, sent);
        Received received = new Received();
        Set<String> refused = ConcurrentHashMap.newKeySet();
        consume(context, topic, (messages, c) -> {
            c.setSuspendCurrentQueueTimeMillis(100);
            for (MessageExt message : messages) {
                int number = Integer.parseInt(Received.body(message).substring(1));
                if (number % 10 == 0 && refused.add(Received.body(message))) {
                    return ConsumeOrderlyStatus.SUSPEND_CURRENT_QUEUE_A_MOMENT;
                }
            }
            received.add(messages);
            return ConsumeOrderlyStatus.SUCCESS;
        });
        Check.eventually("all", 30, () -> received.size() == 40);
        Check.equal(4, refused.size(), "refused once");
        Check.equal(byQueueId(sent), inOrder(received), "order");
    }
}
