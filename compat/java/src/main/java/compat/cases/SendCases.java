package compat.cases;

import static compat.Context.bodies;
import static compat.Context.message;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.QueueReader;
import compat.Received;
import compat.Registry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** The ways to send. */
public final class SendCases {
    private SendCases() {
    }

    public static void register(Registry registry) {
        registry.shared("send-sync", CaseSet.SMOKE, SendCases::sync);
        registry.shared("send-async", CaseSet.CORE, SendCases::async);
        registry.shared("send-oneway", CaseSet.CORE, SendCases::oneway);
        registry.shared("send-batch", CaseSet.CORE, SendCases::batch);
        registry.shared("send-selector-ordered", CaseSet.CORE, SendCases::selector);
        registry.shared("oneway-flood", CaseSet.FULL, SendCases::flood);
    }

    private static void sync(Context context) throws Exception {
        String topic = context.name("t");
        List<String> bodies = bodies("sync", 40);
        DefaultMQProducer producer = context.producer();
        List<SendResult> results = Context.send(producer, topic, bodies);
        Map<MessageQueue, Long> next = new HashMap<>();
        Set<String> ids = new HashSet<>();
        for (SendResult result : results) {
            Check.that(ids.add(result.getMsgId()), "msgId twice: " + result);
            Check.that(ids.add(result.getOffsetMsgId()), "offsetMsgId twice: " + result);
            long expected = next.getOrDefault(result.getMessageQueue(), 0L);
            Check.equal(expected, result.getQueueOffset(), "offset in " + result.getMessageQueue());
            next.put(result.getMessageQueue(), expected + 1);
        }
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        received.awaitExactly(bodies, "consumed");
        new QueueReader(context.pullConsumer(context.name("reader"))).checkAcknowledged(topic, results);
        checkArrived(received.messages(), results);
    }

    /** The fields that the server adds agree with what the producer was told. */
    private static void checkArrived(List<MessageExt> messages, List<SendResult> results) {
        Map<String, SendResult> byId = results.stream().collect(Collectors.toMap(SendResult::getMsgId, r -> r));
        long now = System.currentTimeMillis();
        for (MessageExt message : messages) {
            SendResult result = byId.get(message.getMsgId());
            Check.equal(result.getMessageQueue().getQueueId(), message.getQueueId(), "queue id");
            Check.equal(result.getQueueOffset(), message.getQueueOffset(), "queue offset");
            Check.that(message.getBornTimestamp() <= message.getStoreTimestamp() + 5
                && message.getStoreTimestamp() <= now + 5, "times of " + message);
            Check.equal("127.0.0.1", message.getBornHostString(), "born host");
            Check.equal(0, message.getReconsumeTimes(), "reconsumeTimes");
            Check.that(message.getStoreSize() > message.getBody().length, "store size");
        }
    }

    private static void async(Context context) throws Exception {
        String topic = context.name("t");
        List<String> bodies = bodies("async", 100);
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        CountDownLatch done = new CountDownLatch(bodies.size());
        List<SendResult> results = Collections.synchronizedList(new ArrayList<>());
        List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
        for (String body : bodies) {
            producer.send(message(topic, body), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    results.add(result);
                    done.countDown();
                }

                @Override
                public void onException(Throwable e) {
                    errors.add(e);
                    done.countDown();
                }
            });
        }
        Check.that(done.await(30, TimeUnit.SECONDS), "callbacks outstanding: " + done.getCount());
        Check.equal(List.of(), errors, "errors");
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        received.awaitExactly(bodies, "consumed");
        new QueueReader(context.pullConsumer(context.name("reader"))).checkAcknowledged(topic, results);
    }

    private static void oneway(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        List<String> bodies = bodies("oneway", 50);
        for (String body : bodies) {
            producer.sendOneway(message(topic, body));
        }
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        received.awaitExactly(bodies, "consumed");
    }

    private static void batch(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 2);
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            Message message = new Message(topic, i % 2 == 0 ? "even" : "odd", "key" + i, ("b" + i).getBytes());
            message.putUserProperty("index", String.valueOf(i));
            messages.add(message);
        }
        SendResult result = producer.send(messages);
        Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status");
        Check.equal(30, result.getMsgId().split(",").length, "message ids in " + result.getMsgId());
        Check.equal(30, result.getOffsetMsgId().split(",").length, "offset ids in " + result.getOffsetMsgId());
        Check.equal(0L, result.getQueueOffset(), "first offset");
        List<MessageExt> stored = new QueueReader(context.pullConsumer(context.name("reader")))
            .readAll(topic).get(result.getMessageQueue());
        Check.equal(bodies("b", 30), stored.stream().map(Received::body).collect(Collectors.toList()), "stored order");
        for (int i = 0; i < 30; i++) {
            Check.equal("key" + i, stored.get(i).getKeys(), "keys");
            Check.equal(String.valueOf(i), stored.get(i).getUserProperty("index"), "user property");
        }
        // The properties of the batch are appended to those of each message, and the last UNIQ_KEY counts: newer clients
        // give the batch one, which comes back as the transaction id.
        if (result.getTransactionId() != null) {
            Check.equal(Set.of(result.getTransactionId()),
                stored.stream().map(MessageExt::getMsgId).collect(Collectors.toSet()), "stored message ids");
        }
        Received odd = new Received();
        context.consume(context.name("g"), topic, "odd", odd);
        odd.awaitExactly(bodies("b", 30).stream()
            .filter(body -> Integer.parseInt(body.substring(1)) % 2 == 1).collect(Collectors.toList()), "odd ones");
    }

    private static void selector(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 3);
        Map<Integer, List<String>> expected = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            int order = i % 7;
            String body = order + "-" + i;
            SendResult result = producer.send(message(topic, body), (queues, m, key) -> queues.get((Integer) key % 3), order);
            expected.computeIfAbsent(result.getMessageQueue().getQueueId(), key -> new ArrayList<>()).add(body);
        }
        Map<Integer, List<String>> stored = new HashMap<>();
        new QueueReader(context.pullConsumer(context.name("reader"))).readAll(topic).forEach((queue, messages) ->
            stored.put(queue.getQueueId(), messages.stream().map(Received::body).collect(Collectors.toList())));
        Check.equal(expected, stored, "bodies by queue");
    }

    /**
     * A server may drop one-way requests when it has too many of them (Apache's does, after 200 ms in its queue), but it
     * stores none twice, and goes on.
     */
    private static void flood(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 4);
        List<String> bodies = bodies("x".repeat(500) + "-", 3000);
        for (String body : bodies) {
            producer.sendOneway(message(topic, body));
        }
        Context.send(producer, topic, List.of("after"));
        Received received = new Received();
        context.consume(context.name("g"), topic, "*", received);
        received.awaitAll(List.of("after"), "sent after the flood");
        Check.eventually("all that is stored", 20, () -> {
            int before = received.size();
            Thread.sleep(1000);
            return received.size() == before;
        });
        List<String> got = received.bodies();
        got.remove("after");
        Check.equal((long) got.size(), got.stream().distinct().count(), "different messages");
        Check.containsAll(bodies, got, "sent");
        Check.that(got.size() >= bodies.size() / 10, "stored of 3000: " + got.size());
    }
}
