package compat.cases;

import static compat.Context.bodies;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.Received;
import compat.Registry;
import compat.StaticTopic;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** A static topic: its queues move between two brokers, and clients go on at logical offsets. */
@SuppressWarnings("deprecation")
public final class StaticTopicCases {
    private StaticTopicCases() {
    }

    public static void register(Registry registry) {
        registry.exclusive("static-topic", CaseSet.FULL, StaticTopicCases::staticTopic);
    }

    private static void staticTopic(Context context) throws Exception {
        context.control.post("broker-b", "start");
        String topic = context.name("t");
        try (StaticTopic queues = new StaticTopic(context, topic)) {
            queues.create("broker-a", "broker-b");
            send(context, topic, "first", 0, 0);
            Received received = new Received();
            consume(context, topic, "g", received, bodies("first-0-", 20), bodies("first-1-", 20));
            checkOffsets(received, List.of(0L), List.of(0L));

            long movedMs = System.currentTimeMillis() + 1;
            queues.remap(0, "broker-b", 10_000);
            send(context, topic, "second", 10_000, 20);
            Received after = new Received();
            consume(context, topic, "g", after, bodies("second-0-", 20), bodies("second-1-", 20));
            checkOffsets(after, List.of(10_000L), List.of(20L));

            queues.remap(0, "broker-a", 20_000);
            context.control.post("broker", "restart");
            send(context, topic, "third", 20_000, 40);
            Received last = new Received();
            consume(context, topic, "g", last, bodies("third-0-", 20), bodies("third-1-", 20));
            checkOffsets(last, List.of(20_000L), List.of(40L));
            checkQueue(context, topic, movedMs, 20, 20_020);

            Received all = new Received();
            consume(context, topic, "g-all", all, bodies("first-0-", 20), bodies("first-1-", 20), bodies("second-0-", 20),
                bodies("second-1-", 20), bodies("third-0-", 20), bodies("third-1-", 20));
            checkOffsets(all, List.of(0L, 10_000L, 20_000L), List.of(0L, 20L, 40L));
        } finally {
            context.control.post("broker-b", "stop");
        }
    }

    /** Twenty messages to each logical queue, which begin at the offsets given. A new producer knows the new route. */
    private static void send(Context context, String topic, String what, long... offsets) throws Exception {
        DefaultMQProducer producer = context.producer();
        Check.eventually("route of " + topic, 20, () -> producer.fetchPublishMessageQueues(topic).size() == offsets.length);
        for (MessageQueue queue : producer.fetchPublishMessageQueues(topic)) {
            int id = queue.getQueueId();
            Check.equal("__syslo__global__", queue.getBrokerName(), "broker of a logical queue");
            for (int i = 0; i < 20; i++) {
                SendResult result = producer.send(Context.message(topic, what + "-" + id + "-" + i), queue);
                Check.equal(id, result.getMessageQueue().getQueueId(), "queue of " + what + i);
                Check.equal(offsets[id] + i, result.getQueueOffset(), "offset of " + what + i);
            }
        }
        producer.shutdown();
    }

    @SafeVarargs
    private static void consume(Context context, String topic, String group, Received received, List<String>... expected)
        throws Exception {
        List<String> all = new ArrayList<>();
        for (List<String> bodies : expected) {
            all.addAll(bodies);
        }
        DefaultMQPushConsumer consumer = context.consume(context.name(group), topic, "*", received);
        received.awaitExactly(all, "messages of " + group);
        consumer.shutdown();
    }

    /** Each logical queue's messages lie in runs of twenty, which begin at the offsets given. */
    @SafeVarargs
    private static void checkOffsets(Received received, List<Long>... runs) {
        Map<Integer, List<Long>> offsets = new TreeMap<>();
        for (MessageExt message : received.messages()) {
            offsets.computeIfAbsent(message.getQueueId(), key -> new ArrayList<>()).add(message.getQueueOffset());
        }
        for (int id = 0; id < runs.length; id++) {
            List<Long> expected = new ArrayList<>();
            for (long begin : runs[id]) {
                for (int i = 0; i < 20; i++) {
                    expected.add(begin + i);
                }
            }
            List<Long> actual = offsets.get(id);
            actual.sort(Comparator.naturalOrder());
            Check.equal(expected, actual, "logical offsets of queue " + id);
        }
    }

    /** Where logical queue 0 begins and ends, and what a time leads to. */
    private static void checkQueue(Context context, String topic, long timestamp, long offsetAtTime, long maxOffset)
        throws Exception {
        DefaultMQPullConsumer consumer = context.pullConsumer(context.name("pg"));
        MessageQueue queue = consumer.fetchSubscribeMessageQueues(topic).stream()
            .filter(each -> each.getQueueId() == 0).findAny().orElseThrow();
        Check.equal(maxOffset, consumer.maxOffset(queue), "max offset");
        Check.equal(0L, consumer.minOffset(queue), "min offset");
        Check.that(consumer.earliestMsgStoreTime(queue) > 0, "time of the earliest message");
        Check.equal(offsetAtTime, consumer.searchOffset(queue, timestamp), "offset at a time");
        consumer.shutdown();
    }
}
