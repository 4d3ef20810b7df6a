package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.QueueReader;
import compat.Received;
import compat.Registry;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageQueue;

/** The pull consumer: every status of a pull, offsets by position and by time. */
@SuppressWarnings("deprecation")
public final class PullCases {
    private PullCases() {
    }

    public static void register(Registry registry) {
        registry.shared("pull", CaseSet.CORE, PullCases::pull);
        registry.shared("pull-blocking", CaseSet.CORE, PullCases::blocking);
        registry.shared("pull-offsets", CaseSet.CORE, PullCases::offsets);
        registry.shared("pull-by-tag", CaseSet.FULL, PullCases::byTag);
    }

    private static MessageQueue onlyQueue(DefaultMQPullConsumer consumer, String topic) throws Exception {
        return consumer.fetchSubscribeMessageQueues(topic).iterator().next();
    }

    private static void pull(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        DefaultMQPullConsumer consumer = context.pullConsumer(context.name("g"));
        MessageQueue queue = onlyQueue(consumer, topic);
        expect(consumer.pull(queue, "*", 0, 10), PullStatus.NO_NEW_MSG, 0, 0, 0);
        Context.send(producer, topic, bodies("p", 40));
        Check.eventually("queue has 40", 10, () -> consumer.maxOffset(queue) == 40);
        PullResult first = consumer.pull(queue, "*", 0, 10);
        expect(first, PullStatus.FOUND, 10, 0, 40);
        Check.equal(bodies("p", 10), texts(first), "first ten");
        expect(consumer.pull(queue, "*", 38, 10), PullStatus.FOUND, 40, 0, 40);
        expect(consumer.pull(queue, "*", 40, 10), PullStatus.NO_NEW_MSG, 40, 0, 40);
        expect(consumer.pull(queue, "*", 1000, 10), PullStatus.OFFSET_ILLEGAL, 40, 0, 40);
        PullResult most = consumer.pull(queue, "*", 0, 1000);
        Check.equal(bodies("p", most.getMsgFoundList().size()), texts(most), "as many as the server gives");
        Check.equal(32, most.getMsgFoundList().size(), "limit of one pull");
        Check.equal(bodies("p", 40), new QueueReader(consumer).readAll(topic).get(queue).stream()
            .map(Received::body).collect(Collectors.toList()), "all");
    }

    private static void expect(PullResult result, PullStatus status, long next, long min, long max) {
        Check.equal(status, result.getPullStatus(), "status");
        Check.equal(next, result.getNextBeginOffset(), "nextBeginOffset with " + status);
        Check.equal(min, result.getMinOffset(), "minOffset with " + status);
        Check.equal(max, result.getMaxOffset(), "maxOffset with " + status);
    }

    private static List<String> texts(PullResult result) {
        return result.getMsgFoundList().stream().map(Received::body).collect(Collectors.toList());
    }

    private static void blocking(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        Context.send(producer, topic, List.of("first"));
        DefaultMQPullConsumer consumer = context.pullConsumer(context.name("g"));
        MessageQueue queue = onlyQueue(consumer, topic);
        CompletableFuture<PullResult> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return consumer.pullBlockIfNotFound(queue, "*", 1, 10);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        Thread.sleep(1000);
        Check.that(!waiting.isDone(), "answered with nothing to give");
        Context.send(producer, topic, List.of("second"));
        PullResult result = waiting.get(3, TimeUnit.SECONDS);
        expect(result, PullStatus.FOUND, 2, 0, 2);
        Check.equal(List.of("second"), texts(result), "woken with");
    }

    private static void offsets(Context context) throws Exception {
        String topic = context.name("t");
        String group = context.name("g");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        long before = System.currentTimeMillis();
        Context.send(producer, topic, bodies("a", 5));
        Thread.sleep(50);
        long between = System.currentTimeMillis();
        Thread.sleep(50);
        List<SendResult> later = Context.send(producer, topic, bodies("b", 5));
        DefaultMQPullConsumer consumer = context.pullConsumer(group);
        MessageQueue queue = onlyQueue(consumer, topic);
        Check.eventually("queue has 10", 10, () -> consumer.maxOffset(queue) == 10);
        Check.equal(0L, consumer.minOffset(queue), "minOffset");
        Check.equal(0L, consumer.searchOffset(queue, before - 1000), "offset of a time before all");
        Check.equal(5L, consumer.searchOffset(queue, between), "offset of a time between");
        Check.equal(10L, consumer.searchOffset(queue, System.currentTimeMillis() + 60_000), "offset of a time to come");
        long earliest = consumer.earliestMsgStoreTime(queue);
        Check.that(earliest >= before - 50 && earliest <= between, "earliest store time " + earliest + " of " + before);
        // The server's answer to a new group while a queue is young.
        Check.equal(0L, consumer.fetchConsumeOffset(queue, true), "offset of a group that has none");
        // The first pull makes the group; offsets of a group that is not there are refused.
        consumer.pull(queue, "*", 0, 1);
        consumer.getOffsetStore().updateConsumeOffsetToBroker(queue, 7, false);
        Check.equal(7L, consumer.fetchConsumeOffset(queue, true), "offset stored");
        consumer.shutdown();
        DefaultMQPullConsumer again = context.pullConsumer(group);
        Check.equal(7L, again.fetchConsumeOffset(queue, true), "offset after a restart of the client");
        Check.equal("b0", Received.body(again.viewMessage(topic, later.get(0).getOffsetMsgId())), "viewed by id");
    }

    private static void byTag(Context context) throws Exception {
        String topic = context.name("t");
        DefaultMQProducer producer = context.producerWithTopic(topic, 1);
        for (int i = 0; i < 20; i++) {
            producer.send(new org.apache.rocketmq.common.message.Message(topic, "t" + i % 2, ("m" + i).getBytes()));
        }
        DefaultMQPullConsumer consumer = context.pullConsumer(context.name("g"));
        MessageQueue queue = onlyQueue(consumer, topic);
        Check.eventually("queue has 20", 10, () -> consumer.maxOffset(queue) == 20);
        PullResult odd = consumer.pull(queue, "t1", 0, 32);
        Check.equal(List.of("m1", "m3", "m5", "m7", "m9", "m11", "m13", "m15", "m17", "m19"), texts(odd), "t1");
        Check.equal(20L, odd.getNextBeginOffset(), "next offset");
        expect(consumer.pull(queue, "none", 0, 32), PullStatus.NO_MATCHED_MSG, 20, 0, 20);
    }
}
