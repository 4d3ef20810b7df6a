package compat.cases;

import compat.CaseSet;
import compat.Check;
import compat.Context;
import compat.QueueReader;
import compat.Received;
import compat.Registry;
import compat.SteadyProducer;
import compat.StoredMessages;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.store.OffsetStore;
import org.apache.rocketmq.client.consumer.store.ReadOffsetType;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageQueue;

/**
 * One store, opened by Apache's broker and by ours in turn: the members {@code apache} and {@code ours}, of which one runs at a
 * time. Each case begins and ends with Apache's. After each stop and kill the files are verified.
 */
@SuppressWarnings("deprecation")
public final class DiskCases {
    private static final int QUEUES = 2;
    /** The longest that clients take: its retry topic has 127 bytes, the most that a record of version 1 can hold. */
    private static final int LONG_GROUP = 120;
    /** 10 s: still pending when the broker stops. */
    private static final int PENDING_LEVEL = 3;

    private DiskCases() {
    }

    /** {@code kills}: how often each of both is killed. */
    public static void register(Registry registry, int kills) {
        registry.exclusive("disk-round-trip", CaseSet.DISK, DiskCases::roundTrip);
        for (int i = 1; i <= kills; i++) {
            registry.exclusive("disk-kill9-" + i, CaseSet.DISK, DiskCases::kill);
        }
    }

    private static void roundTrip(Context context) throws Exception {
        World world = new World(context);
        world.writeAllKinds("first");
        world.refuseOne();
        world.commitOffsets(7);
        world.consumeAll(world.sent("first"));
        world.sendPending("pending-1");
        Map<String, String> before = world.stored();
        hand(context, "apache", "stop", "ours");

        Check.equal(before, world.storedAt(before.keySet()), "what ours finds of Apache's");
        Check.equal(List.of(7L, 7L), world.committedOffsets(), "committed offsets in ours");
        world.awaitPending(List.of("pending-1"));
        world.checkKeys("first", false);
        world.writeAllKinds("second");
        world.consumeAll(world.sent("second"));
        world.commitOffsets(9);
        world.sendPending("pending-2");
        before = world.stored();
        hand(context, "ours", "stop", "apache");

        Check.equal(before, world.storedAt(before.keySet()), "what Apache finds of ours");
        Check.equal(List.of(9L, 9L), world.committedOffsets(), "committed offsets in Apache's");
        world.awaitPending(List.of("pending-1", "pending-2"));
        world.checkKeys("first", false);
        world.checkKeys("second", false);
        world.writeAllKinds("third");
        world.consumeAll(world.sent("third"));
    }

    /** Each acknowledged message is there, and all that was there before. */
    private static void kill(Context context) throws Exception {
        World world = new World(context);
        world.writeAllKinds("first");
        for (String[] pair : new String[][] {{"apache", "ours"}, {"ours", "apache"}}) {
            Map<String, String> before = world.stored();
            SteadyProducer producer = new SteadyProducer(context, world.steadyTopic, 1024);
            producer.start();
            producer.awaitMore(2000);
            hand(context, pair[0], "kill9", pair[1]);
            producer.awaitMore(50);
            producer.stop();
            new QueueReader(world.reader).checkAcknowledged(world.steadyTopic, producer.acknowledged());
            String what = "what " + pair[1] + " finds after the kill of " + pair[0];
            Check.equal(before, world.storedAt(before.keySet()), what);
            // After a crash Apache drops index files that were not full, and indexes again what it reads again.
            world.checkKeys("first", pair[1].equals("apache"));
        }
    }

    private static void hand(Context context, String from, String action, String to) throws Exception {
        context.control.post(from, action);
        context.control.post("store", "verify");
        context.control.post(to, "start");
    }

    /** The topics and groups of one case, and what has been sent. */
    private static final class World {
        final Context context;
        final String topic;
        final String pendingTopic;
        final String steadyTopic;
        final String group;
        final String longGroup;
        final DefaultMQProducer producer;
        final DefaultMQPullConsumer reader;
        private final Map<String, List<String>> sent = new TreeMap<>();
        private final List<String> topics = new ArrayList<>();

        World(Context context) throws Exception {
            this.context = context;
            topic = context.name("t");
            pendingTopic = context.name("pending");
            steadyTopic = context.name("steady");
            group = context.name("g");
            longGroup = (context.name("long") + "x".repeat(LONG_GROUP)).substring(0, LONG_GROUP);
            producer = context.producerWithTopic(topic, QUEUES);
            context.createTopic(producer, pendingTopic, 1);
            context.createTopic(producer, steadyTopic, QUEUES);
            reader = context.pullConsumer(context.name("reader"));
            topics.addAll(List.of(topic, pendingTopic));
        }

        /** Single messages and a batch; tags, keys, properties, Unicode; bodies with and without compression; enough to fill files. */
        void writeAllKinds(String prefix) throws Exception {
            List<String> bodies = new ArrayList<>();
            List<MessageQueue> queues = producer.fetchPublishMessageQueues(topic);
            for (int i = 0; i < 120; i++) {
                String body = prefix + "-" + i + "-\u00fc\u4e2d\ud83d\ude80";
                Message message = new Message(topic, i % 3 == 0 ? "tag\u00e9" : "TagA",
                    prefix + "-key" + i + " \u952e" + i, i, body.getBytes(StandardCharsets.UTF_8), true);
                message.putUserProperty("name\u00f1", "value " + i);
                producer.send(message, queues.get(i % QUEUES));
                bodies.add(body);
            }
            for (int i = 0; i < 20; i++) {
                String body = prefix + "-large" + i + "-" + random(60_000);
                producer.send(new Message(topic, body.getBytes(StandardCharsets.UTF_8)), queues.get(i % QUEUES));
                bodies.add(body);
            }
            List<Message> batch = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                String body = prefix + "-batch" + i;
                batch.add(new Message(topic, "TagB", prefix + "-batch-key" + i, body.getBytes(StandardCharsets.UTF_8)));
                bodies.add(body);
            }
            producer.send(batch, queues.get(0));
            sent.put(prefix, bodies);
        }

        /** Incompressible, so that it is stored at its length. */
        private static String random(int length) {
            StringBuilder text = new StringBuilder(length);
            new java.util.Random(length).ints(length, ' ', '~').forEach(c -> text.append((char) c));
            return text.toString();
        }

        List<String> sent(String prefix) {
            return sent.get(prefix);
        }

        /** A message of a group with a long name goes by its retry topic to its dead letters. */
        void refuseOne() throws Exception {
            String refused = context.name("refused");
            context.createTopic(producer, refused, 1);
            DefaultMQPushConsumer consumer = context.newPushConsumer(longGroup);
            consumer.setMaxReconsumeTimes(1);
            consumer.subscribe(refused, "*");
            consumer.registerMessageListener((MessageListenerConcurrently) (messages, c) -> {
                c.setDelayLevelWhenNextConsume(1);
                return ConsumeConcurrentlyStatus.RECONSUME_LATER;
            });
            consumer.start();
            producer.send(new Message(refused, "tag", "refused-key", "refused".getBytes(StandardCharsets.UTF_8)));
            String deadLetters = "%DLQ%" + longGroup;
            Check.eventually("a dead letter", 40,
                () -> new QueueReader(reader).readAll(deadLetters).values().stream().anyMatch(m -> !m.isEmpty()));
            consumer.shutdown();
            topics.addAll(List.of(refused, "%RETRY%" + longGroup, deadLetters));
        }

        /** The group has consumed all that was sent before, and gets these messages only. */
        void consumeAll(List<String> expected) throws Exception {
            Received received = new Received();
            DefaultMQPushConsumer consumer = context.consume(group, topic, "*", received);
            received.awaitExactly(expected, "consumed");
            consumer.shutdown();
        }

        void sendPending(String body) throws Exception {
            Message message = Context.message(pendingTopic, body);
            message.setDelayTimeLevel(PENDING_LEVEL);
            producer.send(message);
        }

        /** Once, each. */
        void awaitPending(List<String> bodies) throws Exception {
            Check.eventually("delayed messages", 40, () -> storedBodies(pendingTopic).size() >= bodies.size());
            Check.equal(bodies, storedBodies(pendingTopic), "delayed messages");
        }

        private List<String> storedBodies(String of) throws Exception {
            List<String> bodies = new ArrayList<>();
            new QueueReader(reader).readAll(of).values().forEach(m -> m.forEach(each -> bodies.add(Received.body(each))));
            return bodies;
        }

        void commitOffsets(long offset) throws Exception {
            OffsetStore offsets = offsets();
            for (MessageQueue queue : queues()) {
                offsets.updateOffset(queue, offset, false);
            }
            offsets.persistAll(queues());
        }

        List<Long> committedOffsets() throws Exception {
            List<Long> offsets = new ArrayList<>();
            for (MessageQueue queue : queues()) {
                offsets.add(offsets().readOffset(queue, ReadOffsetType.READ_FROM_STORE));
            }
            return offsets;
        }

        private java.util.Set<MessageQueue> queues() throws Exception {
            return reader.fetchSubscribeMessageQueues(topic);
        }

        private OffsetStore offsets() {
            return reader.getDefaultMQPullConsumerImpl().getOffsetStore();
        }

        /** Messages are found by their keys, single and in a batch, each once. */
        void checkKeys(String prefix, boolean mayBeLost) throws Exception {
            for (String key : Arrays.asList(prefix + "-key0", prefix + "-key119", prefix + "-batch-key9")) {
                if (mayBeLost) {
                    Check.that(countByKey(key) <= 1, "message found more than once by key " + key);
                } else {
                    Check.eventually("message found once by key " + key, 10, () -> countByKey(key) == 1);
                }
            }
        }

        /** The client throws when there is none. */
        private int countByKey(String key) throws Exception {
            try {
                return reader.queryMessage(topic, key, 32, 0, Long.MAX_VALUE).getMessageList().size();
            } catch (MQClientException e) {
                return 0;
            }
        }

        Map<String, String> stored() throws Exception {
            return StoredMessages.describe(reader, topics);
        }

        /** Of these places only: delayed messages may have come since. */
        Map<String, String> storedAt(java.util.Set<String> places) throws Exception {
            Map<String, String> all = stored();
            all.keySet().retainAll(places);
            return all;
        }
    }
}
